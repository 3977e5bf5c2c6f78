/**
 * The page's half of contextBridge: makes frozen stand-ins for what the preload exposes. It talks to the isolated world
 * by synchronous DOM events that carry strings, so no object of one world is ever seen by the other.
 */
(() => {
  const pending = new Map<number, { resolve(value: unknown): void; reject(error: Error): void }>();
  let nextCall = 0;

  const revive = (value: unknown): unknown => {
    if (typeof value !== 'object' || value === null) {
      return value;
    }
    if (Array.isArray(value)) {
      return Object.freeze(value.map(revive));
    }
    if ('$function' in value) {
      return functionOf(value.$function as number);
    }
    return Object.freeze(Object.fromEntries(Object.entries(value).map(([key, part]) => [key, revive(part)])));
  };

  const functionOf =
    (id: number) =>
    (...args: unknown[]): Promise<unknown> =>
      new Promise((resolve, reject) => {
        const call = nextCall++;
        pending.set(call, { resolve, reject });
        document.dispatchEvent(new CustomEvent('bridge-call', { detail: JSON.stringify({ call, id, args }) }));
      });

  document.addEventListener('bridge-expose', (event) => {
    const { name, value } = JSON.parse((event as CustomEvent<string>).detail);
    Object.defineProperty(window, name, { value: revive(value), enumerable: true });
  });
  document.addEventListener('bridge-settle', (event) => {
    const { call, value, error } = JSON.parse((event as CustomEvent<string>).detail);
    const waiting = pending.get(call);
    pending.delete(call);
    if (error === undefined) {
      waiting?.resolve(revive(value));
    } else {
      waiting?.reject(new Error(error));
    }
  });
})();
