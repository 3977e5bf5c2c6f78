import { MessageChannelMain, type MessagePortMain, type UtilityProcess } from 'electron';
import type { ToEngine } from './engine-messages.ts';
import { forkUtility, killNow } from './utility.ts';

/** The inference processes of one engine process, started and ended at its word. None outlives `killAll`. */
export class InferenceProcesses {
  readonly #entry: string;
  readonly #engine: UtilityProcess;
  readonly #children = new Map<number, UtilityProcess>();

  constructor(entry: string, engine: UtilityProcess) {
    this.#entry = entry;
    this.#engine = engine;
  }

  spawn(id: number): void {
    const child = forkUtility(this.#entry, [], 'Ultramotion inference');
    this.#children.set(id, child);
    child.once('spawn', () => {
      const { port1, port2 } = new MessageChannelMain();
      child.postMessage({ type: 'channel' }, [port1]);
      this.#tell({ type: 'inference-started', id, pid: child.pid ?? null }, port2);
    });
    child.once('exit', (code) => {
      this.#children.delete(id);
      this.#tell({ type: 'inference-exited', id, code });
    });
  }

  kill(id: number): void {
    const child = this.#children.get(id);
    if (child !== undefined) {
      killNow(child);
    }
  }

  killAll(): void {
    for (const child of this.#children.values()) {
      killNow(child);
    }
  }

  #tell(message: ToEngine, port?: MessagePortMain): void {
    this.#engine.postMessage(message, port === undefined ? [] : [port]);
  }
}
