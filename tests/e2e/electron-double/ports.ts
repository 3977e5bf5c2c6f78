/**
 * MessageChannelMain for a double: every port end lives in one place at a time (main, a child process, a page), and this
 * router takes messages from an end to wherever its peer lives now. Bytes are copied, as Electron copies them.
 */
import { EventEmitter } from 'node:events';
import type { MessageChannelMain as RealChannel, MessagePortMain as RealPort } from 'electron';

export type EndId = number;

/** A message under way, with the ends that travel with it. */
export interface PortMessage {
  readonly data: unknown;
  readonly ends: readonly EndId[];
}

/** Where port ends live. */
export interface PortOwner {
  deliver(end: EndId, message: PortMessage): void;
  /** The other side is gone. */
  closed(end: EndId): void;
}

const peers = new Map<EndId, EndId>();
const owners = new Map<EndId, PortOwner>();
const waiting = new Map<EndId, PortMessage[]>();
const orphaned = new Set<EndId>();
let nextEnd = 1;

export function sendFrom(end: EndId, message: PortMessage): void {
  const to = peers.get(end);
  if (to === undefined) {
    return;
  }
  const owner = owners.get(to);
  if (owner === undefined) {
    waiting.set(to, [...(waiting.get(to) ?? []), message]);
  } else {
    owner.deliver(to, message);
  }
}

/** `owner` has `end` from now on: it gets what has waited for it. */
export function giveTo(owner: PortOwner, end: EndId): void {
  owners.set(end, owner);
  for (const message of waiting.get(end) ?? []) {
    owner.deliver(end, message);
  }
  waiting.delete(end);
  if (orphaned.delete(end)) {
    owner.closed(end);
  }
}

export function closeEnd(end: EndId): void {
  const peer = peers.get(end);
  peers.delete(end);
  owners.delete(end);
  if (peer === undefined) {
    return;
  }
  peers.delete(peer);
  const owner = owners.get(peer);
  if (owner === undefined) {
    orphaned.add(peer);
  } else {
    owner.closed(peer);
  }
}

/** A process or page is gone, and every end it had with it. */
export function closeAllOf(owner: PortOwner): void {
  for (const [end, holder] of [...owners]) {
    if (holder === owner) {
      closeEnd(end);
    }
  }
}

const mainPorts = new Map<EndId, MessagePortMain>();

/** Ends that live in the main process. */
const mainOwner: PortOwner = {
  deliver: (end, message) => mainPorts.get(end)?.receive(message),
  closed: (end) => mainPorts.get(end)?.emit('close'),
};

export class MessagePortMain extends EventEmitter implements Pick<RealPort, 'postMessage' | 'start' | 'close'> {
  readonly end: EndId;
  #queue: PortMessage[] = [];
  #isStarted = false;
  #isTransferred = false;

  constructor(end: EndId) {
    super();
    this.end = end;
    mainPorts.set(end, this);
    owners.set(end, mainOwner);
  }

  postMessage(message: unknown, transfer?: RealPort[]): void {
    if (this.#isTransferred) {
      throw new Error('this port was handed on: it cannot send any more');
    }
    sendFrom(this.end, { data: structuredClone(message), ends: endsOf(transfer) });
  }

  start(): void {
    this.#isStarted = true;
    for (const message of this.#queue.splice(0)) {
      this.receive(message);
    }
  }

  close(): void {
    mainPorts.delete(this.end);
    closeEnd(this.end);
  }

  receive(message: PortMessage): void {
    if (this.#isStarted) {
      this.emit('message', { data: message.data, ports: message.ends.map((end) => new MessagePortMain(end)) });
    } else {
      this.#queue.push(message);
    }
  }

  /** Leaves the main process; what it has not read goes with it. */
  handOn(): EndId {
    this.#isTransferred = true;
    mainPorts.delete(this.end);
    owners.delete(this.end);
    waiting.set(this.end, this.#queue.splice(0));
    return this.end;
  }
}

/** Takes the ports of a transfer list out of this process. Like Electron's, it takes ports and nothing else. */
export function endsOf(transfer: readonly unknown[] | undefined): EndId[] {
  return (transfer ?? []).map((port, index) => {
    if (!(port instanceof MessagePortMain)) {
      throw new TypeError(`Port at index ${index} is not a valid port`);
    }
    return port.handOn();
  });
}

export class MessageChannelMain implements Record<keyof RealChannel, MessagePortMain> {
  readonly port1: MessagePortMain;
  readonly port2: MessagePortMain;

  constructor() {
    const [first, second] = [nextEnd++, nextEnd++];
    peers.set(first, second);
    peers.set(second, first);
    this.port1 = new MessagePortMain(first);
    this.port2 = new MessagePortMain(second);
  }
}
