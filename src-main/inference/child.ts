import { fork } from 'node:child_process';
import type { Writable } from 'node:stream';
import type { GpuFrame } from '../../src-shared/index.ts';
import { FRAME_PIPE_VARIABLE, writeFrame } from './frame-pipe.ts';
import { frameMessage } from './messages.ts';

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

/** Descriptor of the frame pipe in the child; the IPC channel is 3. */
const FRAME_DESCRIPTOR = 4;
/** Windows hands no plain descriptors to children; frames go over the IPC channel there. */
const hasFramePipe = process.platform !== 'win32';

export type SpawnInference = () => InferenceChild | Promise<InferenceChild>;

/** Starts `entry` (`inference-process.ts` or its bundle) with an IPC channel that carries typed arrays as bytes. */
export function forkInference(entry: string, env?: NodeJS.ProcessEnv): SpawnInference {
  return () => {
    const child = fork(entry, [], {
      serialization: 'advanced',
      // Not the parent's flags: a debugger or test runner must not start inside it.
      execArgv: [],
      env: { ...(env ?? process.env), ...(hasFramePipe && { [FRAME_PIPE_VARIABLE]: String(FRAME_DESCRIPTOR) }) },
      stdio: ['ignore', 'ignore', 'inherit', 'ipc', hasFramePipe ? 'pipe' : 'ignore'],
    });
    const frames = child.stdio[FRAME_DESCRIPTOR] as Writable | null;
    // A process that just ended takes nothing; the exit event accounts for the frame.
    frames?.on('error', () => {});
    const post = (message: unknown): void => {
      if (child.connected) child.send(message as object, () => {});
    };
    let exited = false;
    let report: ((code: number | null, signal: string | null) => void) | null = null;
    const exit = (code: number | null, signal: string | null): void => {
      if (!exited) {
        exited = true;
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
        if (frames === null) post(frameMessage(frame));
        else if (frames.writable) writeFrame(frames, frame);
      },
      onMessage: (callback) => void child.on('message', callback),
      onExit: (callback) => {
        report = callback;
      },
      kill: () => void child.kill('SIGKILL'),
    };
  };
}
