/** The inference process's way to its engine, whichever kind of process it runs as. */
export interface MessageChannelLike {
  postMessage(data: unknown): void;
  onMessage(callback: (data: unknown) => void): void;
  /** The engine is gone. */
  onClose(callback: () => void): void;
}

/** The part of Electron's utility-process ports that is used; `electron` itself is imported by the desktop alone. */
interface PortLike {
  postMessage(data: unknown): void;
  on(
    event: 'message',
    listener: (event: { readonly data: unknown; readonly ports?: readonly PortLike[] }) => void,
  ): void;
  on(event: 'close', listener: () => void): void;
  start?(): void;
}

/**
 * In an Electron utility process: the port that comes with the parent's first message (the desktop hands over one end of
 * a channel whose other end the engine holds), or the parent port itself when that message carries none. In plain Node:
 * the IPC channel of `child_process.fork`.
 */
export function openChannel(): MessageChannelLike {
  const parentPort = (process as unknown as { readonly parentPort?: PortLike }).parentPort;
  return parentPort === undefined ? forkChannel() : utilityChannel(parentPort);
}

function forkChannel(): MessageChannelLike {
  if (process.send === undefined) {
    throw new Error('inference-process is started by the engine (fork) or the desktop (utility process)');
  }
  return {
    // The callback takes the error of a channel that closed meanwhile: `onClose` ends the process, not an exception.
    postMessage: (data) => void process.send?.(data, undefined, {}, () => {}),
    onMessage: (callback) => void process.on('message', callback),
    onClose: (callback) => void process.on('disconnect', callback),
  };
}

function utilityChannel(parentPort: PortLike): MessageChannelLike {
  let port: PortLike | null = null;
  let deliver: ((data: unknown) => void) | null = null;
  let closed: (() => void) | null = null;
  parentPort.on('message', (event) => {
    const handed = port === null ? event.ports?.[0] : undefined;
    if (handed === undefined) {
      port ??= parentPort;
      deliver?.(event.data);
      return;
    }
    port = handed;
    handed.on('message', (message) => deliver?.(message.data));
    handed.on('close', () => closed?.());
    handed.start?.();
  });
  parentPort.on('close', () => closed?.());
  return {
    postMessage: (data) => (port ?? parentPort).postMessage(data),
    onMessage: (callback) => {
      deliver = callback;
    },
    onClose: (callback) => {
      closed = callback;
    },
  };
}
