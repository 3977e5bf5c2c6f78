import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { createInterface } from 'node:readline';
import type { PeerLine } from '../../support/streams.ts';

const FOLDER = path.resolve(import.meta.dirname, '../../peers');

/** Builds the C++ peers when they are out of date. @throws {Error} that says what is missing on this machine. */
export function buildPeers(): void {
  const { status, stderr } = spawnSync(process.execPath, [path.join(FOLDER, 'build.mjs')], { encoding: 'utf8' });
  if (status !== 0) throw new Error(stderr);
}

/** A reference-library process and the lines it has printed. */
export class Peer {
  readonly lines: string[] = [];
  readonly #child: ChildProcess;
  readonly #exit: Promise<unknown>;

  constructor(name: 'plus_server' | 'receiver', options: readonly (string | number)[]) {
    this.#child = spawn(path.join(FOLDER, 'build', name), options.map(String), {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    this.#exit = once(this.#child, 'exit');
    createInterface({ input: this.#child.stdout! }).on('line', (line) => {
      this.lines.push(line);
    });
  }

  /** The rest of the first line that starts with `prefix`, as soon as it is printed. */
  async line(prefix: string): Promise<string> {
    await until(`peer prints ${prefix}`, () => this.lines.some((line) => line.startsWith(prefix)));
    return this.lines.find((line) => line.startsWith(prefix))!.slice(prefix.length);
  }

  async port(): Promise<number> {
    return Number(await this.line('PORT='));
  }

  /** The messages a receiver has printed. */
  get received(): PeerLine[] {
    return this.lines.filter((line) => line.startsWith('{')).map((line) => JSON.parse(line) as PeerLine);
  }

  async stop(): Promise<void> {
    if (this.#child.exitCode === null && this.#child.signalCode === null) this.#child.kill('SIGKILL');
    await this.#exit;
  }
}

const UNTIL_LIMIT_MS = 15_000;
const UNTIL_STEP_MS = 5;

/** Waits for a condition. @throws {Error} naming it when it does not come. */
export async function until(what: string, condition: () => boolean, limitMs = UNTIL_LIMIT_MS): Promise<void> {
  const end = performance.now() + limitMs;
  while (!condition()) {
    if (performance.now() > end) throw new Error(`waited ${limitMs} ms for: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, UNTIL_STEP_MS));
  }
}
