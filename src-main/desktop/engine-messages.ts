/**
 * What the desktop's main process and its engine process say to each other. Ports travel beside the messages: one end of
 * a window's channel with `window-port`, one end of an inference process's channel with `inference-started`.
 */
import { z } from 'zod';

/** Main -> engine. */
export type ToEngine =
  | { readonly type: 'window-port' }
  | { readonly type: 'inference-started'; readonly id: number; readonly pid: number | null }
  | { readonly type: 'inference-exited'; readonly id: number; readonly code: number }
  | { readonly type: 'shutdown' };

const id = z.number().int().min(0);

/** Engine -> main. */
export const fromEngineSchema = z.discriminatedUnion('type', [
  /** Everything runs; `url` is where browsers reach the same console, null when they cannot. */
  z.strictObject({ type: z.literal('ready'), url: z.string().max(512).nullable() }),
  /** It cannot run, in the operator's words; the process ends after it. */
  z.strictObject({ type: z.literal('failed'), message: z.string().max(4096) }),
  /** Its loop turns. Sent every `ALIVE_MS`. */
  z.strictObject({ type: z.literal('alive') }),
  z.strictObject({ type: z.literal('liveness'), live: z.boolean() }),
  /** Whether frames are being recorded: closing the app would end that. */
  z.strictObject({ type: z.literal('recording'), active: z.boolean() }),
  z.strictObject({ type: z.literal('spawn-inference'), id }),
  z.strictObject({ type: z.literal('kill-inference'), id }),
]);
export type FromEngine = z.infer<typeof fromEngineSchema>;

/** The engine never blocks its loop for more than a few ms, so a second says enough. */
export const ALIVE_MS = 1000;

/** The engine gets this long to end by itself: Slicer is told, files are closed. */
export const SHUTDOWN_LIMIT_MS = 4000;
