import { EventEmitter } from 'node:events';
import type { BrowserWindowConstructorOptions, BrowserWindow as RealBrowserWindow, Rectangle } from 'electron';
import type { Page } from 'playwright';
import { app } from './app.ts';
import { onlyAfterReady } from './app-state.ts';
import { record } from './recorder.ts';
import { WebContents } from './web-contents.ts';

type Doubled =
  | 'loadURL'
  | 'show'
  | 'focus'
  | 'isMinimized'
  | 'restore'
  | 'setTitle'
  | 'setFullScreen'
  | 'isFullScreen'
  | 'isDestroyed'
  | 'getNormalBounds'
  | 'isMaximized'
  | 'maximize'
  | 'close';

const windows = new Set<BrowserWindow>();
let newPage: (() => Promise<Page>) | null = null;

/** Set by the launcher: where windows get their pages from. */
export function providePages(provider: () => Promise<Page>): void {
  newPage = provider;
}

/** A window is a Chromium page of its size; what has no meaning without a desktop is recorded. */
export class BrowserWindow extends EventEmitter implements Pick<RealBrowserWindow, Doubled> {
  readonly webContents = new WebContents();
  readonly #page: Promise<Page>;
  readonly #bounds: Rectangle;
  #isFullScreen = false;
  #isMaximized = false;
  #isDestroyed = false;

  constructor(options: BrowserWindowConstructorOptions = {}) {
    super();
    onlyAfterReady('BrowserWindow');
    const { preload: _, ...webPreferences } = options.webPreferences ?? {};
    const { x = 0, y = 0, width = 800, height = 600 } = options;
    this.#bounds = { x, y, width, height };
    record('BrowserWindow', { ...webPreferences, show: options.show, bounds: this.#bounds });
    windows.add(this);
    app.windows.add(this);
    app.emit('web-contents-created', {}, this.webContents);
    this.#page = this.#open(options);
  }

  static getAllWindows(): BrowserWindow[] {
    return [...windows];
  }

  static fromWebContents(contents: WebContents): BrowserWindow | null {
    return [...windows].find((window) => window.webContents === contents) ?? null;
  }

  async loadURL(url: string): Promise<void> {
    await this.#page;
    await this.webContents.loadURL(url);
  }

  show(): void {
    record('BrowserWindow.show');
  }

  focus(): void {
    record('BrowserWindow.focus');
  }

  isMinimized(): boolean {
    return false;
  }

  restore(): void {}

  setTitle(title: string): void {
    record('BrowserWindow.setTitle', title);
  }

  setFullScreen(on: boolean): void {
    record('BrowserWindow.setFullScreen', on);
    this.#isFullScreen = on;
  }

  isFullScreen(): boolean {
    return this.#isFullScreen;
  }

  isDestroyed(): boolean {
    return this.#isDestroyed;
  }

  getNormalBounds(): Rectangle {
    return this.#bounds;
  }

  isMaximized(): boolean {
    return this.#isMaximized;
  }

  maximize(): void {
    record('BrowserWindow.maximize');
    this.#isMaximized = true;
  }

  /** As by its button: who listens to `close` can keep it open. */
  close(): void {
    void this.closeForQuit();
  }

  /** False: somebody kept it open. */
  async closeForQuit(): Promise<boolean> {
    let isPrevented = false;
    this.emit('close', { preventDefault: () => (isPrevented = true) });
    if (!isPrevented) {
      await this.#page;
      await this.webContents.closePage();
    }
    return !isPrevented;
  }

  async #open(options: BrowserWindowConstructorOptions): Promise<Page> {
    if (newPage === null) {
      throw new Error('the double was not given a browser');
    }
    const page = await newPage();
    await page.setViewportSize({ width: this.#bounds.width, height: this.#bounds.height });
    page.once('load', () => this.emit('ready-to-show'));
    page.once('close', () => {
      this.#isDestroyed = true;
      windows.delete(this);
      this.emit('closed');
      app.windowClosed(this);
    });
    await this.webContents.attach(page, options.webPreferences?.preload);
    return page;
  }
}
