import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';

const root = path.resolve(import.meta.dirname, '../..');

/** The built command line: what users run. `npm test` builds it first. */
export const CLI = path.join(root, 'dist', 'cli.js');

/** Compiled C++ peers (tests/peers/build.mjs). */
export const peerPath = (name: string): string => path.join(root, 'tests', 'peers', 'build', name);

/** Whether the C++ peers are built; tests that need them skip where not (`npm test` on CI fails sooner). */
export const hasPeers = ['plus_server', 'receiver'].every((name) => existsSync(peerPath(name)));
if (!hasPeers) {
  console.warn('skipped: the C++ peers are not built (g++ and libopenigtlink-dev, then node tests/peers/build.mjs)');
}

/** Whether {@link childrenOf} works here. */
export const hasProc = existsSync('/proc/self/task');
if (!hasProc) {
  console.warn('skipped: no /proc here to find the inference process in');
}

/** Outside data, or null with the reason printed by the test that needs it. */
export function testData(...parts: readonly string[]): string | null {
  const folder = process.env['ULTRAMOTION_TEST_DATA'];
  const file = folder === undefined ? null : path.resolve(folder, ...parts);
  return file !== null && existsSync(file) ? file : null;
}

export interface ProcessOptions {
  readonly env?: NodeJS.ProcessEnv;
  /** A process group of its own, as a terminal gives a command; the group's id is the process's. */
  readonly ownGroup?: boolean;
  /** Where its standard error goes instead of {@link RunningProcess.stderr}: a descriptor of the test's. */
  readonly stderr?: number;
}

/** A process that has not ended by itself after this long hangs; a machine that stands still takes ten seconds. */
const STOP_LIMIT_MS = 60_000;

/** A child process whose output is kept line by line; owned by the test that started it and ended by its process id. */
export class RunningProcess {
  readonly child: ChildProcess;
  readonly lines: string[] = [];
  #stderr = '';
  /** Why it could not be started or signalled. */
  #failure: string | null = null;
  readonly #exited: Promise<number | null>;
  readonly #waiting = new Set<() => void>();

  constructor(command: string, args: readonly string[], options: ProcessOptions = {}) {
    this.child = spawn(command, args, {
      cwd: root,
      env: { ...process.env, ...options.env },
      stdio: ['ignore', 'pipe', options.stderr ?? 'pipe'],
      detached: options.ownGroup ?? false,
    });
    let partial = '';
    this.child.stdout?.setEncoding('utf8').on('data', (chunk: string) => {
      const parts = (partial + chunk).split('\n');
      partial = parts.pop() ?? '';
      this.lines.push(...parts);
      this.#wake();
    });
    this.child.stderr?.setEncoding('utf8').on('data', (chunk: string) => {
      this.#stderr += chunk;
      this.#wake();
    });
    this.#exited = new Promise((resolve) => {
      this.child.once('exit', (code) => resolve(code));
      // A program that is not there never exits.
      this.child.on('error', (error) => {
        this.#failure ??= error.message;
        if (this.child.pid === undefined) resolve(null);
      });
    });
    void this.#exited.then(() => this.#wake());
  }

  get pid(): number {
    return this.child.pid as number;
  }

  get stderr(): string {
    return this.#stderr;
  }

  get exited(): Promise<number | null> {
    return this.#exited;
  }

  /** First line of standard output for which `pick` gives a value. Fails with what was printed when the process ends first. */
  async find<T>(pick: (line: string) => T | null, limitMs = 30_000): Promise<T> {
    return this.#until(() => {
      for (const line of this.lines) {
        const value = pick(line);
        if (value !== null) return value;
      }
      return null;
    }, limitMs);
  }

  /** First line of standard output that is a JSON object. */
  json<T>(limitMs?: number): Promise<T> {
    return this.find((line) => (line.startsWith('{') ? (JSON.parse(line) as T) : null), limitMs);
  }

  async stop(signal: NodeJS.Signals = 'SIGTERM'): Promise<number | null> {
    if (!this.#hasEnded) {
      this.child.kill(signal);
      const hard = setTimeout(() => this.child.kill('SIGKILL'), STOP_LIMIT_MS);
      await this.#exited;
      clearTimeout(hard);
    }
    return this.#exited;
  }

  get #hasEnded(): boolean {
    const wasNeverThere = this.#failure !== null && this.child.pid === undefined;
    return wasNeverThere || this.child.exitCode !== null || this.child.signalCode !== null;
  }

  async #until<T>(look: () => T | null, limitMs: number): Promise<T> {
    const deadline = Date.now() + limitMs;
    for (;;) {
      const value = look();
      if (value !== null) return value;
      if (this.#hasEnded || Date.now() > deadline) {
        const how = this.#failure ?? `ended with ${this.child.exitCode ?? this.child.signalCode}`;
        const why = this.#hasEnded ? how : `no answer in ${limitMs} ms`;
        throw new Error(`${this.child.spawnargs.join(' ')}: ${why}\n${this.lines.join('\n')}\n${this.#stderr}`);
      }
      await new Promise<void>((resolve) => {
        const wake = (): void => {
          clearTimeout(timer);
          this.#waiting.delete(wake);
          resolve();
        };
        const timer = setTimeout(wake, 200);
        this.#waiting.add(wake);
      });
    }
  }

  #wake(): void {
    for (const wake of [...this.#waiting]) wake();
  }
}

/** Everything one test starts; `close` ends it all in reverse order and removes its folders. */
export class TestBench {
  readonly #closers: (() => Promise<unknown> | unknown)[] = [];

  /** Runs the built command line. */
  cli(...args: readonly string[]): RunningProcess {
    return this.run(process.execPath, CLI, ...args);
  }

  run(command: string, ...args: readonly string[]): RunningProcess {
    return this.start(new RunningProcess(command, args, { env: { CI: 'true' } }));
  }

  /** Has a process stopped at the end of the test. */
  start(started: RunningProcess): RunningProcess {
    this.#closers.push(() => started.stop());
    return started;
  }

  folder(): string {
    const folder = mkdtempSync(path.join(os.tmpdir(), 'ultramotion-test-'));
    this.#closers.push(() => rmSync(folder, { recursive: true, force: true }));
    return folder;
  }

  /** Has `close` called at the end of the test. */
  owns<T extends { close(): Promise<unknown> | unknown }>(thing: T): T {
    this.#closers.push(() => thing.close());
    return thing;
  }

  /** @throws {AggregateError} what failed to close, once everything else is closed. */
  async close(): Promise<void> {
    const failures: unknown[] = [];
    for (const closer of this.#closers.splice(0).reverse()) {
      try {
        await closer();
      } catch (error) {
        failures.push(error);
      }
    }
    if (failures.length > 0) {
      throw new AggregateError(failures, `at the end of the test: ${failures.map(String).join('; ')}`);
    }
  }
}

export interface EngineAddresses {
  readonly url: string;
  readonly publish: string;
  readonly pid: number;
}

/** A headless engine on free ports and a data folder of its own. */
export async function startEngine(
  bench: TestBench,
  source: string,
  ...args: readonly string[]
): Promise<EngineAddresses & { process: RunningProcess; publishPort: number }> {
  const started = bench.cli(
    ...['engine', '--source', source, '--http', '127.0.0.1:0', '--publish', 'igtl-server://127.0.0.1:0'],
    ...['--data-dir', bench.folder(), '--json', ...args],
  );
  const addresses = await started.json<EngineAddresses>();
  return { ...addresses, process: started, publishPort: Number(new URL(addresses.publish).port) };
}

/** The process id of the engine's inference process: its child that is not a shell (Linux). */
export function childrenOf(pid: number): number[] {
  const text = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim();
  return text === '' ? [] : text.split(' ').map(Number);
}

/**
 * Two cores shared with strangers stand still for seconds at a time; what is waited for is no assertion about time, so
 * waiting longer costs a sound run nothing. What must come in time, tests measure.
 */
const PATIENCE = 3;

/** Asks again until `look` gives something other than null; three times `limitMs` at most. */
export async function eventually<T>(
  what: string,
  limitMs: number,
  look: () => Promise<T | null> | T | null,
): Promise<T> {
  const deadline = Date.now() + PATIENCE * limitMs;
  for (;;) {
    const value = await look();
    if (value !== null) return value;
    if (Date.now() > deadline) throw new Error(`not within ${PATIENCE * limitMs} ms: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}

/** GET of the engine's API as JSON. */
export async function api<T>(url: string, route: string): Promise<T> {
  const response = await fetch(new URL(route, url));
  return (await response.json()) as T;
}
