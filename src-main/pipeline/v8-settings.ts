import { setFlagsFromString } from 'node:v8';

/**
 * What Node is started with where frames pass through: one helper thread for V8 instead of four. Sender, engine, model and
 * receiver on two cores are four processes, and their sixteen helpers, which collect garbage and compile, stood in the
 * frames' way: with one each, the pipeline's overhead fell from 10.5 to 7.2 ms at p99 (three runs each, in turn).
 */
export const NODE_FLAGS: readonly string[] = ['--v8-pool-size=1'];

/**
 * Keeps V8's young generation at the size it begins with (1 MB) instead of letting it widen to 16. A stream of frames brings it
 * there within minutes, which looks like a leak (20 to 57 MB in the engine), and collections then become so rare that
 * memory outside the heap that nothing needs any more, a mask of each frame, waits for them by the megabyte. To be called
 * at the start of a process that frames pass through. Not in Electron: whether its V8 takes flags after its start was not
 * tried.
 */
export function keepYoungGenerationSmall(): void {
  if (process.versions['electron'] !== undefined) return;
  setFlagsFromString('--semi-space-growth-factor=1');
}
