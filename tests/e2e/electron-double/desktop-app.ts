import { type ChildProcess, fork } from 'node:child_process';
import path from 'node:path';
import { type Browser, chromium, type Page } from 'playwright';
import type { FromLauncher, Report, ToLauncher } from './launcher-protocol.ts';

const root = path.resolve(import.meta.dirname, '../../..');
const LAUNCHER = path.join(import.meta.dirname, 'launcher.ts');
/** Starting a browser, an app and an engine on a busy two-core machine. */
const ANSWER_LIMIT_MS = 60_000;

type Answer<T extends FromLauncher['type']> = Extract<FromLauncher, { type: T }>;

/** An app that Electron could be started with. */
export interface AppFiles {
  /** What its `package.json` names as main. */
  readonly entry: string;
  /** Its folder: the project, or the archive of a package. */
  readonly root: string;
}

/** The app as `npm run build` leaves it. */
export const builtApp: AppFiles = { entry: path.join(root, 'dist', 'desktop', 'main.js'), root };

/** The built desktop app running under the double of Electron; owned by the test that launched it. */
export class DesktopApp {
  readonly #launcher: ChildProcess;
  readonly #exited: Promise<number | null>;
  #output = '';
  #browser: Browser | null = null;

  private constructor(files: AppFiles, flags: readonly string[], env: NodeJS.ProcessEnv) {
    this.#launcher = fork(LAUNCHER, [files.entry, ...flags], {
      cwd: root,
      execArgv: ['--disable-warning=ExperimentalWarning'],
      env: { ...process.env, ELECTRON_DOUBLE_ROOT: files.root, ...env },
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    this.#launcher.stderr?.setEncoding('utf8').on('data', (text: string) => (this.#output += text));
    this.#launcher.stdout?.setEncoding('utf8').on('data', (text: string) => (this.#output += text));
    this.#exited = new Promise((resolve) => this.#launcher.once('exit', resolve));
  }

  /** Starts it; comes back when Electron would have emitted `ready`. `flags` are those of `ultramotion console`. */
  static async launch(files: AppFiles, flags: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<DesktopApp> {
    const app = new DesktopApp(files, flags, env);
    const { debuggingUrl } = await app.#next('ready');
    app.#browser = await chromium.connectOverCDP(debuggingUrl);
    return app;
  }

  get pid(): number {
    return this.#launcher.pid as number;
  }

  /** Everything the app, its engine and its inference process printed. */
  get output(): string {
    return this.#output;
  }

  get exited(): Promise<number | null> {
    return this.#exited;
  }

  /** The page of the one window, as a second DevTools client sees it. */
  page(): Page | null {
    return this.#browser?.contexts().flatMap((context) => context.pages())[0] ?? null;
  }

  async ask<T extends FromLauncher['type']>(message: ToLauncher, answer: T): Promise<Answer<T>> {
    const coming = this.#next(answer);
    // An app that has just ended takes nothing; `#next` then fails with what it printed.
    this.#launcher.send(message, () => {});
    return coming;
  }

  report(): Promise<Report> {
    return this.ask({ type: 'report' }, 'report');
  }

  /** Process ids of the newest engine and inference process. */
  async processIds(): Promise<{ engine: number; inference: number }> {
    const { calls } = await this.report();
    const newest = (serviceName: string): number => {
      const details = calls
        .filter(({ what }) => what === 'utilityProcess.fork')
        .map((call) => call.details as { serviceName: string; pid: number });
      return details.findLast((one) => one.serviceName === serviceName)?.pid ?? 0;
    };
    return { engine: newest('Ultramotion engine'), inference: newest('Ultramotion inference') };
  }

  /** Ends what is left, whatever state it is in. */
  async close(): Promise<void> {
    if (this.#launcher.exitCode === null && this.#launcher.signalCode === null) {
      this.#launcher.kill('SIGTERM');
      const hard = setTimeout(() => this.#launcher.kill('SIGKILL'), 10_000);
      await this.#exited;
      clearTimeout(hard);
    }
  }

  #next<T extends FromLauncher['type']>(type: T): Promise<Answer<T>> {
    return new Promise((resolve, reject) => {
      const finish = (act: () => void): void => {
        clearTimeout(timer);
        this.#launcher.off('message', hear);
        this.#launcher.off('exit', ended);
        act();
      };
      const fail = (why: string): void => finish(() => reject(new Error(`${why}\n${this.#output}`)));
      const hear = (message: FromLauncher): void => {
        if (message.type === type) {
          finish(() => resolve(message as Answer<T>));
        } else if (message.type === 'failed') {
          fail(message.message);
        }
      };
      const ended = (code: number | null): void => fail(`the app ended with ${code} before it said ${type}`);
      const timer = setTimeout(() => fail(`no ${type} in ${ANSWER_LIMIT_MS} ms`), ANSWER_LIMIT_MS);
      this.#launcher.on('message', hear);
      this.#launcher.on('exit', ended);
    });
  }
}
