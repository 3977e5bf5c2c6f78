import type { MessagePortMain } from 'electron';
import type { GpuFrame } from '../../src-shared/index.ts';
import { frameMessage, type InferenceChild, type SpawnInference } from '../inference/index.ts';
import type { FromEngine } from './engine-messages.ts';

interface Asked {
  readonly resolve: (child: InferenceChild) => void;
  readonly reject: (reason: Error) => void;
}

/**
 * The engine's side of inference processes in Electron: only the main process can start one there, so it is asked, and
 * hands back a port that leads to the new process without passing through main.
 */
export class InferenceBroker {
  readonly #send: (message: FromEngine) => void;
  readonly #asked = new Map<number, Asked>();
  readonly #running = new Map<number, BrokeredChild>();
  #nextId = 0;

  constructor(send: (message: FromEngine) => void) {
    this.#send = send;
  }

  readonly spawn: SpawnInference = () =>
    new Promise((resolve, reject) => {
      const id = this.#nextId++;
      this.#asked.set(id, { resolve, reject });
      this.#send({ type: 'spawn-inference', id });
    });

  /** Main started process `id`; `port` leads to it. */
  started(id: number, pid: number | null, port: MessagePortMain): void {
    const asked = this.#asked.get(id);
    this.#asked.delete(id);
    const child = new BrokeredChild(pid ?? undefined, port, () => this.#send({ type: 'kill-inference', id }));
    this.#running.set(id, child);
    asked?.resolve(child);
  }

  exited(id: number, code: number): void {
    this.#asked.get(id)?.reject(new Error(`it ended with code ${code} before it ran`));
    this.#asked.delete(id);
    this.#running.get(id)?.exited(code);
    this.#running.delete(id);
  }
}

/** An inference process reached over a port. Its end is known from main, which is its parent. */
class BrokeredChild implements InferenceChild {
  readonly pid: number | undefined;
  readonly #port: MessagePortMain;
  readonly #askToKill: () => void;
  #exitCode: number | null = null;
  #report: ((code: number | null, signal: string | null) => void) | null = null;

  constructor(pid: number | undefined, port: MessagePortMain, askToKill: () => void) {
    this.pid = pid;
    this.#port = port;
    this.#askToKill = askToKill;
  }

  postFrame(frame: GpuFrame): void {
    this.postMessage(frameMessage(frame));
  }

  postMessage(message: unknown): void {
    if (this.#exitCode === null) {
      this.#port.postMessage(message);
    }
  }

  onMessage(callback: (message: unknown) => void): void {
    this.#port.on('message', ({ data }) => callback(data));
    this.#port.start();
  }

  onExit(callback: (code: number | null, signal: string | null) => void): void {
    this.#report = callback;
    if (this.#exitCode !== null) {
      callback(this.#exitCode, null);
    }
  }

  kill(): void {
    this.#askToKill();
  }

  exited(code: number): void {
    this.#exitCode = code;
    this.#port.close();
    this.#report?.(code, null);
  }
}
