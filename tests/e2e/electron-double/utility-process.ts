import { type ChildProcess, fork } from 'node:child_process';
import { EventEmitter } from 'node:events';
import path from 'node:path';
import type {
  ForkOptions,
  MessagePortMain,
  utilityProcess as RealUtility,
  UtilityProcess as RealUtilityProcess,
} from 'electron';
import { isReady } from './app-state.ts';
import { closeAllOf, closeEnd, type EndId, endsOf, giveTo, type PortOwner, sendFrom } from './ports.ts';
import { record } from './recorder.ts';
import type { FromUtility, ToUtility } from './utility-protocol.ts';

const HOST = path.join(import.meta.dirname, 'utility-host.ts');
const running = new Set<UtilityProcess>();

/** Utility processes that have not ended. */
export const runningUtilities = (): number => running.size;

/** A forked Node process with `process.parentPort` in it. */
export class UtilityProcess extends EventEmitter implements Pick<RealUtilityProcess, 'kill' | 'postMessage'> {
  readonly #child: ChildProcess;
  readonly #owner: PortOwner;

  constructor(modulePath: string, args: readonly string[], options: ForkOptions) {
    super();
    this.#child = fork(modulePath, args, {
      serialization: 'advanced',
      execArgv: ['--import', HOST, ...(options.execArgv ?? [])],
      env: (options.env as NodeJS.ProcessEnv | undefined) ?? process.env,
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
    this.#owner = {
      deliver: (end, message) => {
        this.#send({ kind: 'port', end, message });
        this.#adopt(message.ends);
      },
      closed: (end) => this.#send({ kind: 'closed', end }),
    };
    record('utilityProcess.fork', { serviceName: options.serviceName, pid: this.#child.pid });
    running.add(this);
    this.#child.on('message', (message) => this.#hear(message as FromUtility));
    this.#child.once('spawn', () => this.emit('spawn'));
    this.#child.once('exit', (code) => {
      running.delete(this);
      closeAllOf(this.#owner);
      this.emit('exit', code ?? 1);
    });
  }

  get pid(): number | undefined {
    return this.#child.exitCode === null && this.#child.signalCode === null ? this.#child.pid : undefined;
  }

  kill(): boolean {
    return this.#child.kill();
  }

  postMessage(message: unknown, transfer?: MessagePortMain[]): void {
    const ends = endsOf(transfer);
    this.#send({ kind: 'parent', message: { data: message, ends } });
    this.#adopt(ends);
  }

  #send(message: ToUtility): void {
    if (this.#child.connected) {
      this.#child.send(message, () => {});
    }
  }

  #adopt(ends: readonly EndId[]): void {
    for (const end of ends) {
      giveTo(this.#owner, end);
    }
  }

  #hear(message: FromUtility): void {
    switch (message.kind) {
      case 'parent':
        this.emit('message', message.message.data);
        break;
      case 'port':
        sendFrom(message.end, message.message);
        break;
      case 'closed':
        closeEnd(message.end);
        break;
    }
  }
}

export const utilityProcess = {
  fork(modulePath: string, args: string[] = [], options: ForkOptions = {}): UtilityProcess {
    if (!isReady()) {
      throw new Error('utilityProcess cannot be created before app is ready');
    }
    return new UtilityProcess(modulePath, args, options);
  },
} satisfies {
  fork(
    ...args: Parameters<(typeof RealUtility)['fork']>
  ): Pick<ReturnType<(typeof RealUtility)['fork']>, 'kill' | 'postMessage' | 'pid'>;
};
