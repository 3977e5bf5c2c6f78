import { constants, fstatSync, openSync } from 'node:fs';
import { LineWriter } from '../monitoring/index.ts';

/** The last words of a process wait this long for a slow reader. */
const DRAIN_MS = 500;

/** Standard error for a process that must not depend on who reads it. */
export interface StandardError {
  /** Writes lines (with their line feeds) without waiting. */
  readonly say: (lines: string) => void;
  /** Comes when what was said is written, or soon when nobody reads it. */
  drained(): Promise<void>;
}

let lines: LineWriter | null = null;

/** The same one at every call. From the first on, a reader of either stream that goes away (`| head`) ends nothing. */
export function openStandardError(): StandardError {
  if (lines === null) {
    for (const stream of [process.stdout, process.stderr]) {
      stream.on('error', () => {});
    }
    lines = new LineWriter(ownPipe(process.stderr.fd));
  }
  const writer = lines;
  return { say: (text) => writer.write(text), drained: () => writer.drained(DRAIN_MS) };
}

/**
 * The pipe behind `descriptor` opened once more, without blocking, where the OS can do that (Linux). Setting the one that
 * was inherited would not last: it is shared with the child processes, and starting one makes it blocking again; a write
 * to a full pipe would then hold up the end of the process.
 */
function ownPipe(descriptor: number): number {
  try {
    return fstatSync(descriptor).isFIFO()
      ? openSync(`/proc/self/fd/${descriptor}`, constants.O_WRONLY | constants.O_NONBLOCK)
      : descriptor;
  } catch {
    return descriptor;
  }
}
