/** Whether `ready` was emitted: much of Electron may only be used before it, or only after it. */
let ready = false;

export const isReady = (): boolean => ready;

export function becomeReady(): void {
  ready = true;
}

/** @throws as Electron does, for what may only be done before `ready`. */
export function onlyBeforeReady(what: string): void {
  if (ready) {
    throw new Error(`${what} should be called before app is ready`);
  }
}

/** @throws as Electron does, for what may only be done after `ready`. */
export function onlyAfterReady(what: string): void {
  if (!ready) {
    throw new Error(`${what} can only be used after app is ready`);
  }
}
