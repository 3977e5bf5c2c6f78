import { fork } from 'node:child_process';
import type { GpuFrame } from '../../src-shared/index.ts';
import { NODE_FLAGS } from '../pipeline/index.ts';
import { FRAME_MEMORY_VARIABLE, FrameMemory } from './frame-memory.ts';
import { frameMessage, slotMessage } from './messages.ts';

/** A running inference process the supervisor can talk to and kill: fork in plain Node, utility process in Electron. */
export interface InferenceChild {
  readonly pid: number | undefined;
  postMessage(message: unknown): void;
  /** Hands one picture over, the cheapest way this kind of process has. */
  postFrame(frame: GpuFrame): void;
  onMessage(callback: (message: unknown) => void): void;
  onExit(callback: (code: number | null, signal: string | null) => void): void;
  /** At once and without asking (SIGKILL): a hung or running process answers nothing else. */
  kill(): void;
}

/** Descriptor of the frame memory in the child; the IPC channel is 3. */
const FRAME_DESCRIPTOR = 4;

/**
 * For glibc: each run copies half a megabyte out of ONNX Runtime, and blocks of that size fragment its growing arenas.
 * With few arenas and large blocks mapped on their own, the process stood at 171 MB instead of 230 after 95 s of 95
 * frames/s. Whoever sets these names otherwise wins.
 */
const ALLOCATOR = { MALLOC_ARENA_MAX: '2', MALLOC_MMAP_THRESHOLD_: '131072', MALLOC_TRIM_THRESHOLD_: '131072' };

export type SpawnInference = () => InferenceChild | Promise<InferenceChild>;

/** Starts `entry` (`inference-process.ts` or its bundle) with an IPC channel that carries typed arrays as bytes. */
export function forkInference(entry: string, env?: NodeJS.ProcessEnv): SpawnInference {
  return () => {
    const memory = FrameMemory.create();
    const child = fork(entry, [], {
      serialization: 'advanced',
      // Not the parent's flags: a debugger or test runner must not start inside it.
      execArgv: [...NODE_FLAGS],
      env: {
        ...ALLOCATOR,
        ...(env ?? process.env),
        ...(memory !== null && { [FRAME_MEMORY_VARIABLE]: String(FRAME_DESCRIPTOR) }),
      },
      stdio: ['ignore', 'ignore', 'inherit', 'ipc', memory?.descriptor ?? 'ignore'],
    });
    const post = (message: unknown): void => {
      // A channel that just closed takes nothing; the exit event accounts for the frame.
      if (child.connected) child.send(message as object, () => {});
    };
    let exited = false;
    let report: ((code: number | null, signal: string | null) => void) | null = null;
    const exit = (code: number | null, signal: string | null): void => {
      if (!exited) {
        exited = true;
        memory?.close();
        report?.(code, signal);
      }
    };
    child.on('exit', exit);
    // Without a process there is no exit event: a fork that failed ends here.
    child.on('error', () => {
      if (child.pid === undefined) exit(null, null);
    });
    return {
      pid: child.pid,
      postMessage: post,
      postFrame: (frame) => {
        const slot = exited ? null : (memory?.write(frame.pixels) ?? null);
        post(slot === null ? frameMessage(frame) : slotMessage(frame, slot));
      },
      onMessage: (callback) => void child.on('message', callback),
      onExit: (callback) => {
        report = callback;
      },
      kill: () => void child.kill('SIGKILL'),
    };
  };
}
