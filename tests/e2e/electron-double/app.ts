import { EventEmitter } from 'node:events';
import { mkdtempSync, readFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { App } from 'electron';
import { becomeReady, isReady, onlyBeforeReady } from './app-state.ts';
import { record } from './recorder.ts';
import { runningUtilities } from './utility-process.ts';

type Doubled =
  | 'whenReady'
  | 'isReady'
  | 'getName'
  | 'getVersion'
  | 'getAppPath'
  | 'getPath'
  | 'setPath'
  | 'enableSandbox'
  | 'requestSingleInstanceLock'
  | 'quit'
  | 'exit'
  | 'isPackaged';

interface CloseableWindow {
  /** False: somebody kept it open. */
  closeForQuit(): Promise<boolean>;
}

/** The app's life: ready, the last window, quitting with its two chances to say no, the end. */
class AppDouble extends EventEmitter implements Pick<App, Doubled> {
  readonly isPackaged = false;
  readonly windows = new Set<CloseableWindow>();
  /** Set by the launcher: ends the browser the windows live in. */
  endBrowser: () => Promise<void> = async () => {};
  readonly #root = process.env['ELECTRON_DOUBLE_ROOT'] ?? process.cwd();
  readonly #paths = new Map<string, string>();
  #isQuitting = false;

  whenReady(): Promise<void> {
    return isReady() ? Promise.resolve() : new Promise((resolve) => this.once('ready', () => resolve()));
  }

  isReady(): boolean {
    return isReady();
  }

  getName(): string {
    return this.#manifest().productName;
  }

  getVersion(): string {
    return this.#manifest().version;
  }

  getAppPath(): string {
    return this.#root;
  }

  getPath(name: string): string {
    const known = this.#paths.get(name) ?? mkdtempSync(path.join(os.tmpdir(), `electron-double-${name}-`));
    this.#paths.set(name, known);
    return known;
  }

  setPath(name: string, folder: string): void {
    record('app.setPath', { name, folder });
    this.#paths.set(name, folder);
  }

  enableSandbox(): void {
    onlyBeforeReady('app.enableSandbox()');
    record('app.enableSandbox');
  }

  requestSingleInstanceLock(): boolean {
    record('app.requestSingleInstanceLock');
    return true;
  }

  quit(): void {
    void this.#quit();
  }

  exit(code = 0): void {
    process.exit(code);
  }

  becomeReady(): void {
    becomeReady();
    this.emit('will-finish-launching');
    this.emit('ready', {}, {});
  }

  windowClosed(window: CloseableWindow): void {
    this.windows.delete(window);
    if (this.windows.size === 0 && !this.#isQuitting) {
      this.emit('window-all-closed');
    }
  }

  async #quit(): Promise<void> {
    if (this.#isPrevented('before-quit')) {
      return;
    }
    this.#isQuitting = true;
    const closed = await Promise.all([...this.windows].map((window) => window.closeForQuit()));
    if (closed.includes(false) || this.#isPrevented('will-quit')) {
      this.#isQuitting = false;
      return;
    }
    // Electron would end these by force now; an app that has to rely on it has not shut down.
    process.send?.({ type: 'quit', utilitiesRunning: runningUtilities() });
    this.emit('quit', {}, 0);
    await this.endBrowser();
    process.exit(0);
  }

  #isPrevented(event: 'before-quit' | 'will-quit'): boolean {
    let prevented = false;
    this.emit(event, { preventDefault: () => (prevented = true) });
    return prevented;
  }

  #manifest(): { productName: string; version: string } {
    return JSON.parse(readFileSync(path.join(this.#root, 'package.json'), 'utf8'));
  }
}

export const app = new AppDouble();
