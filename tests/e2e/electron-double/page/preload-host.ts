/**
 * Runs the app's real preload bundle in an isolated world of the page, with the `require` a sandboxed preload has:
 * `electron` and nothing of Node. Defines two globals of that world, which the page cannot see: `runPreload` for the
 * bundle, `fromMain` for the main process; `toMain` is the way back.
 */
(() => {
  type PreloadElectron = import('../preload-electron.ts').PreloadElectron;
  type ToPage = import('../page-protocol.ts').ToPage;
  type Listener = (event: { ports: MessagePort[] }, ...args: unknown[]) => void;
  type Module = { exports: unknown };
  interface Host {
    toMain(json: string): void;
    runPreload(preload: (require: (id: string) => unknown, module: Module, exports: unknown) => void): void;
    fromMain(message: ToPage): void;
  }
  const host = globalThis as unknown as Host;

  const toJson = (value: unknown): unknown => {
    if (value === undefined) return { $undefined: true };
    if (value instanceof Uint8Array) {
      return { $bytes: (value as Uint8Array & { toBase64(): string }).toBase64() };
    }
    if (Array.isArray(value)) return value.map(toJson);
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, toJson(part)]));
  };
  const fromJson = (value: unknown): unknown => {
    if (typeof value !== 'object' || value === null) return value;
    if (Array.isArray(value)) return value.map(fromJson);
    if ('$bytes' in value) {
      return (Uint8Array as unknown as { fromBase64(text: string): Uint8Array }).fromBase64(value.$bytes as string);
    }
    if ('$undefined' in value) return undefined;
    return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, fromJson(part)]));
  };
  const tell = (message: object): void =>
    host.toMain(JSON.stringify({ url: location.href, isTop: window.top === window, ...message }));

  const invocations = new Map<number, { resolve(value: unknown): void; reject(error: Error): void }>();
  const listeners = new Map<string, Listener[]>();
  const ports = new Map<number, MessagePort>();
  const functions: ((...args: unknown[]) => unknown)[] = [];
  let nextInvocation = 0;

  /** The page's end of a channel: a genuine DOM port, whose other end this host feeds and reads. */
  const openPort = (end: number): MessagePort => {
    const { port1, port2 } = new MessageChannel();
    ports.set(end, port1);
    port1.addEventListener('message', ({ data }) => tell({ kind: 'port', end, data: toJson(data) }));
    port1.addEventListener('close', () => {
      if (ports.delete(end)) tell({ kind: 'closed', end });
    });
    port1.start();
    return port2;
  };

  const dispatch = (name: string, detail: unknown): void => {
    document.dispatchEvent(new CustomEvent(name, { detail: JSON.stringify(detail) }));
  };
  /** For the other world: functions become numbers, everything else is copied. */
  const expose = (value: unknown): unknown => {
    if (typeof value === 'function') return { $function: functions.push(value as () => unknown) - 1 };
    if (Array.isArray(value)) return value.map(expose);
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, expose(part)]));
  };
  document.addEventListener('bridge-call', (event) => {
    const { call, id, args } = JSON.parse((event as CustomEvent<string>).detail);
    Promise.resolve()
      .then(() => functions[id]?.(...args))
      .then(
        (value) => dispatch('bridge-settle', { call, value: expose(value) }),
        (error) => dispatch('bridge-settle', { call, error: error instanceof Error ? error.message : String(error) }),
      );
  });

  const electron: PreloadElectron = {
    contextBridge: {
      exposeInMainWorld: (name, value) => dispatch('bridge-expose', { name, value: expose(value) }),
    },
    ipcRenderer: {
      invoke: (channel, ...args) =>
        new Promise((resolve, reject) => {
          const id = nextInvocation++;
          invocations.set(id, { resolve, reject });
          tell({ kind: 'invoke', id, channel, args: args.map(toJson) });
        }),
      on(this: PreloadElectron['ipcRenderer'], channel: string, listener: unknown) {
        listeners.set(channel, [...(listeners.get(channel) ?? []), listener as Listener]);
        return this as never;
      },
    },
  };

  host.fromMain = (message) => {
    switch (message.kind) {
      case 'reply':
        invocations.get(message.id)?.resolve(fromJson(message.value));
        invocations.delete(message.id);
        break;
      case 'refusal':
        invocations.get(message.id)?.reject(new Error(message.message));
        invocations.delete(message.id);
        break;
      case 'event': {
        const opened = message.ends.map(openPort);
        for (const listener of listeners.get(message.channel) ?? []) {
          listener({ ports: opened }, ...message.args.map(fromJson));
        }
        break;
      }
      case 'port':
        ports.get(message.end)?.postMessage(fromJson(message.data));
        break;
      case 'closed':
        ports.get(message.end)?.close();
        ports.delete(message.end);
        break;
    }
  };

  host.runPreload = (preload) => {
    if (window.top !== window) return;
    const require = (id: string): unknown => {
      if (id === 'electron' || id === 'electron/renderer') return electron;
      throw new Error(`module not found: ${id} (a sandboxed preload has electron and no Node module)`);
    };
    const module: Module = { exports: {} };
    preload(require, module, module.exports);
  };
})();
