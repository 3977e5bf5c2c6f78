import { app, BrowserWindow, type MessagePortMain, screen } from 'electron';
import { CONSOLE_URL, isConsoleUrl } from './console-address.ts';
import type { EngineState } from './engine-supervisor.ts';
import type { PortChannel } from './ipc-channels.ts';
import { type PlaceFile, usablePlace } from './window-place.ts';

const TITLE = 'Ultramotion Console – research use only';
const ENGINE_PORT: PortChannel = 'engine-port';
/** The console's own background, so that no white flash comes before it. */
const BACKGROUND = '#0b0e11';
/** A page that keeps crashing is not loaded again for ever: so many times in so long. */
const RELOAD_LIMIT = 5;
const RELOAD_WINDOW_MS = 60_000;

export interface ConsoleWindowOptions {
  readonly preload: string;
  /** Where it was when it was last closed. */
  readonly place: PlaceFile;
  /** A new line to the engine; null while no engine runs. */
  readonly openPort: () => MessagePortMain | null;
  /** Asked when somebody closes the window; false keeps it open. A promise: a person is being asked. */
  readonly mayClose: () => true | Promise<boolean>;
  /** Its page has ended too often to be loaded again. */
  readonly pageKeepsEnding: (reason: string) => void;
}

/** The window. It asks its owner for a port to the engine whenever a page of it is new. */
export class ConsoleWindow {
  readonly #window: BrowserWindow;
  readonly #options: ConsoleWindowOptions;
  #closing: 'no' | 'asking' | 'allowed' = 'no';
  /** A port posted to a page that is not there yet is lost; once it is there it gets one. */
  #isPageThere = false;
  #crashes: number[] = [];

  constructor(options: ConsoleWindowOptions) {
    this.#options = options;
    const areas = screen.getAllDisplays().map(({ workArea }) => workArea);
    const place = usablePlace(options.place.read(), areas);
    this.#window = new BrowserWindow({
      ...(place?.bounds ?? { width: 1440, height: 900 }),
      minWidth: 960,
      minHeight: 600,
      show: false,
      title: TITLE,
      backgroundColor: BACKGROUND,
      autoHideMenuBar: true,
      webPreferences: {
        preload: options.preload,
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
    if (place?.isMaximized === true) {
      this.#window.maximize();
    }
    if (place?.isFullScreen === true) {
      this.#window.setFullScreen(true);
    }
    this.#window.on('close', (event) => this.#close(event));
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
    const port = this.#options.openPort();
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

  /** Loads the page anew, and forgets how often it has ended. */
  reload(): void {
    this.#crashes = [];
    this.#window.webContents.reload();
  }

  #close(event: { preventDefault(): void }): void {
    const answer = this.#closing === 'no' ? this.#options.mayClose() : this.#closing === 'allowed';
    if (answer === true) {
      this.#savePlace();
      return;
    }
    event.preventDefault();
    if (answer !== false) {
      this.#closing = 'asking';
      void answer.then((allowed) => {
        this.#closing = allowed ? 'allowed' : 'no';
        if (allowed && !this.#window.isDestroyed()) {
          this.#window.close();
        }
      });
    }
  }

  #savePlace(): void {
    this.#options.place.write({
      bounds: this.#window.getNormalBounds(),
      isMaximized: this.#window.isMaximized(),
      isFullScreen: this.#window.isFullScreen(),
    });
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
    } else {
      this.#options.pageKeepsEnding(reason);
    }
  }
}
