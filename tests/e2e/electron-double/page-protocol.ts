/** What the double's main process and the host in a page's isolated world say over the DevTools protocol. */
import type { EndId } from './ports.ts';

/** Who speaks: the host adds it to everything, as the browser process would know it. */
export interface FromPageFrame {
  readonly url: string;
  readonly isTop: boolean;
}

export type FromPage = FromPageFrame &
  (
    | { readonly kind: 'invoke'; readonly id: number; readonly channel: string; readonly args: unknown[] }
    | { readonly kind: 'port'; readonly end: EndId; readonly data: unknown }
    | { readonly kind: 'closed'; readonly end: EndId }
  );

export type ToPage =
  | { readonly kind: 'reply'; readonly id: number; readonly value: unknown }
  | { readonly kind: 'refusal'; readonly id: number; readonly message: string }
  | { readonly kind: 'event'; readonly channel: string; readonly args: unknown[]; readonly ends: readonly EndId[] }
  | { readonly kind: 'port'; readonly end: EndId; readonly data: unknown }
  | { readonly kind: 'closed'; readonly end: EndId };
