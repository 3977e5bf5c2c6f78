/** What a test and the launched double say to each other over the fork's IPC channel. */
import type { RecordedCall } from './recorder.ts';

export type ToLauncher =
  | { readonly type: 'report' }
  /** What Chromium would ask the session's handlers for a page of the app. */
  | { readonly type: 'ask-permission'; readonly permission: string }
  /** Says that the page's process crashed; the page itself lives on until the app loads it again. */
  | { readonly type: 'say-crashed' }
  /** What the app answers to an invocation that comes from somewhere else than its own page. */
  | { readonly type: 'invoke-as'; readonly url: string; readonly isTop: boolean; readonly channel: string }
  /** What the app's own scheme answers. */
  | { readonly type: 'request'; readonly url: string; readonly method: string }
  | { readonly type: 'quit' };

export interface Report {
  readonly type: 'report';
  readonly calls: readonly RecordedCall[];
  readonly activeBlockers: number;
}

export type FromLauncher =
  | { readonly type: 'ready'; readonly debuggingUrl: string }
  | { readonly type: 'failed'; readonly message: string }
  | Report
  | { readonly type: 'permission'; readonly requested: boolean; readonly checked: boolean; readonly device: boolean }
  /** The page finished loading again after `say-crashed`. */
  | { readonly type: 'reloaded' }
  | { readonly type: 'invoked'; readonly refusal: string | null }
  | { readonly type: 'response'; readonly status: number; readonly headers: Readonly<Record<string, string>> }
  | { readonly type: 'quit'; readonly utilitiesRunning: number };
