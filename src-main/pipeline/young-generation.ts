import { setFlagsFromString } from 'node:v8';

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
