import { app, BrowserWindow, type MessagePortMain } from 'electron';
import { CONSOLE_URL, isConsoleUrl } from './console-address.ts';
import type { EngineState } from './engine-supervisor.ts';
import type { PortChannel } from './ipc-channels.ts';

const TITLE = 'Ultramotion Console – research use only';
const ENGINE_PORT: PortChannel = 'engine-port';
/** The console's own background, so that no white flash comes before it. */
const BACKGROUND = '#0b0e11';
/** A page that keeps crashing is not loaded again for ever: so many times in so long. */
const RELOAD_LIMIT = 5;
const RELOAD_WINDOW_MS = 60_000;

/** The window. It asks its owner for a port to the engine whenever a page of it is new. */
export class ConsoleWindow {
  readonly #window: BrowserWindow;
  readonly #openPort: () => MessagePortMain | null;
  /** A port posted to a page that is not there yet is lost; once it is there it gets one. */
  #isPageThere = false;
  #crashes: number[] = [];

  constructor(preload: string, openPort: () => MessagePortMain | null) {
    this.#openPort = openPort;
    this.#window = new BrowserWindow({
      width: 1440,
      height: 900,
      minWidth: 960,
      minHeight: 600,
      show: false,
      title: TITLE,
      backgroundColor: BACKGROUND,
      autoHideMenuBar: true,
      webPreferences: {
        preload,
        sandbox: true,
        contextIsolation: true,
        nodeIntegration: false,
        webSecurity: true,
        webviewTag: false,
        devTools: !app.isPackaged,
        spellcheck: false,
        // The picture goes on when another window covers this one: a second screen must not go stale.
        backgroundThrottling: false,
      },
    });
    this.#window.once('ready-to-show', () => this.#window.show());
    // The title is ours: it says when the engine is gone, and the page must not take that away.
    this.#window.on('page-title-updated', (event) => event.preventDefault());
    this.#window.webContents.on('did-start-navigation', ({ isMainFrame, isSameDocument }) => {
      this.#isPageThere &&= !isMainFrame || isSameDocument;
    });
    this.#window.webContents.on('did-finish-load', () => {
      this.#isPageThere = true;
      this.connectToEngine();
    });
    this.#window.webContents.on('render-process-gone', (_event, { reason }) => this.#crashed(reason));
  }

  load(): void {
    this.#window.loadURL(CONSOLE_URL).catch((error: unknown) => {
      // Closed while it was loading: nobody waits for it.
      if (!this.#window.isDestroyed()) {
        process.stderr.write(`the console's page did not load: ${String(error)}\n`);
      }
    });
  }

  /** Hands the page a fresh port; an older one it still has is replaced by it. */
  connectToEngine(): void {
    if (this.#window.isDestroyed() || !this.#isPageThere || !isConsoleUrl(this.#window.webContents.getURL())) {
      return;
    }
    const port = this.#openPort();
    if (port !== null) {
      this.#window.webContents.postMessage(ENGINE_PORT, null, [port]);
    }
  }

  showEngineState(state: EngineState): void {
    if (!this.#window.isDestroyed()) {
      const trouble = 'message' in state ? `ENGINE LOST: ${state.message} – ` : '';
      this.#window.setTitle(`${trouble}${TITLE}`);
    }
  }

  focus(): void {
    if (this.#window.isMinimized()) {
      this.#window.restore();
    }
    this.#window.focus();
  }

  #crashed(reason: string): void {
    if (reason === 'clean-exit' || this.#window.isDestroyed()) {
      return;
    }
    this.#isPageThere = false;
    const now = performance.now();
    this.#crashes = [...this.#crashes.filter((at) => now - at < RELOAD_WINDOW_MS), now];
    process.stderr.write(`the window's page ended (${reason})\n`);
    if (this.#crashes.length <= RELOAD_LIMIT) {
      this.#window.webContents.reload();
    }
  }
}
