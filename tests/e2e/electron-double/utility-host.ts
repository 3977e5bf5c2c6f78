/** Loaded with --import into a forked Node process: makes it look like Electron's utility process to the program in it. */
import { EventEmitter } from 'node:events';
import type { MessagePortMain, ParentPort } from 'electron';
import type { EndId, PortMessage } from './ports.ts';
import type { FromUtility, ToUtility } from './utility-protocol.ts';

const ports = new Map<EndId, HostPort>();
const sendToParent = process.send?.bind(process);
const send = (message: FromUtility): void => {
  // A parent that has just gone takes nothing; `disconnect` ends this process.
  sendToParent?.(message, undefined, {}, () => {});
};

class HostPort extends EventEmitter implements Pick<MessagePortMain, 'postMessage' | 'start' | 'close'> {
  readonly end: EndId;
  #queue: PortMessage[] = [];
  #isStarted = false;

  constructor(end: EndId) {
    super();
    this.end = end;
    ports.set(end, this);
  }

  postMessage(data: unknown, transfer?: MessagePortMain[]): void {
    for (const [index, port] of (transfer ?? []).entries() as Iterable<[number, unknown]>) {
      if (!(port instanceof HostPort)) {
        throw new TypeError(`Port at index ${index} is not a valid port`);
      }
    }
    if (ports.get(this.end) === this) {
      const ends = ((transfer ?? []) as unknown as HostPort[]).map(({ end }) => end);
      send({ kind: 'port', end: this.end, message: { data, ends } });
    }
  }

  start(): void {
    this.#isStarted = true;
    for (const message of this.#queue.splice(0)) {
      this.receive(message);
    }
  }

  close(): void {
    ports.delete(this.end);
    send({ kind: 'closed', end: this.end });
  }

  receive(message: PortMessage): void {
    if (this.#isStarted) {
      this.emit('message', eventOf(message));
    } else {
      this.#queue.push(message);
    }
  }
}

const eventOf = ({ data, ends }: PortMessage) => ({ data, ports: ends.map((end) => new HostPort(end)) });

/** Keeps what comes before the program listens, as the real one does. */
class ParentPortDouble extends EventEmitter implements Pick<ParentPort, 'postMessage'> {
  #queue: PortMessage[] = [];

  postMessage(data: unknown): void {
    send({ kind: 'parent', message: { data, ends: [] } });
  }

  receive(message: PortMessage): void {
    if (this.listenerCount('message') > 0) {
      this.emit('message', eventOf(message));
    } else {
      this.#queue.push(message);
    }
  }

  flush(): void {
    for (const message of this.#queue.splice(0)) {
      this.receive(message);
    }
  }
}

const parentPort = new ParentPortDouble();
parentPort.on('newListener', (event) => {
  if (event === 'message') {
    setImmediate(() => parentPort.flush());
  }
});

process.on('message', (message: ToUtility) => {
  switch (message.kind) {
    case 'parent':
      parentPort.receive(message.message);
      break;
    case 'port':
      ports.get(message.end)?.receive(message.message);
      break;
    case 'closed':
      ports.get(message.end)?.emit('close');
      ports.delete(message.end);
      break;
  }
});
// Chromium ends a utility process whose browser process is gone.
process.on('disconnect', () => process.exit(0));

Object.defineProperty(process, 'parentPort', { value: parentPort });
Object.defineProperty(process, 'type', { value: 'utility' });
// A utility process has no IPC channel of Node's: a program must not find one.
Object.defineProperty(process, 'send', { value: undefined });
