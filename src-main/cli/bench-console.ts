import { execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { SettingsPatch } from '../../src-shared/index.ts';
import { type Peer, startPeer } from './bench-peers.ts';
import { runEngine } from './run-engine.ts';
import { machineName, round, spreadOf } from './statistics.ts';

export interface BenchConsoleOptions {
  readonly fps: number;
  /** Of each run. */
  readonly seconds: number;
  /** Program of a Chromium. */
  readonly browser: string;
}

interface RunOptions {
  readonly renderer: 'webgl' | '2d';
  /** Whether masks are computed beside it. */
  readonly model: boolean;
  /** What the page shows: the picture, or the charts with the picture painted behind them. */
  readonly view: 'live' | 'performance';
}

/** WebGL is measured without a model beside it: where there is no graphics card its software takes the model's cores. */
const RUNS: readonly RunOptions[] = [
  { renderer: 'webgl', model: false, view: 'live' },
  { renderer: 'webgl', model: false, view: 'performance' },
  { renderer: '2d', model: true, view: 'live' },
  { renderer: '2d', model: true, view: 'performance' },
];
/** Not counted: code being compiled, the phantom still being rendered, the charts' chunk being fetched. */
const WARM_UP_S = 8;
/** A page that has painted nothing by then never will. */
const FIRST_PAINT_LIMIT_MS = 60_000;
/** What a headless browser refreshes at. */
const DISPLAY_HZ = 60;
const PAINTS_BUDGET = 55;
const PERIODS_BUDGET = 1.5;
/** None of them looks for the outside world; WebGL in software where there is no graphics card. */
const BROWSER_FLAGS = [
  ...['--headless=new', '--no-first-run', '--disable-background-networking', '--disable-component-update'],
  ...['--disable-sync', '--disable-quic', '--enable-unsafe-swiftshader', '--window-size=1280,720'],
];

/**
 * How the console paints, in a bare browser that nobody drives (a driver copies every WebSocket message): the page itself
 * says when it painted each picture, on the engine's clock, as it does in every session.
 */
export async function benchConsole(options: BenchConsoleOptions): Promise<object> {
  if (!existsSync(options.browser)) {
    throw new Error(`no browser at ${options.browser}: give one with --browser`);
  }
  const simulator = startPeer(['simulate', 'phantom', '--port', '0', '--fps', String(options.fps), '--json']);
  const runs: Awaited<ReturnType<typeof measure>>[] = [];
  try {
    for (const run of RUNS) {
      runs.push(await measure(options, run, simulator));
      process.stderr.write(`${run.renderer}, ${run.view}: ${runs.at(-1)?.paintedPerSecond} painted/s\n`);
    }
  } finally {
    await simulator.stop();
  }
  return {
    bench: 'console',
    machine: machineName(),
    browser: execFileSync(options.browser, ['--version'], { encoding: 'utf8' }).trim(),
    fps: options.fps,
    seconds: options.seconds,
    displayHz: DISPLAY_HZ,
    runs,
    withinBudget: {
      paintedPerSecond: runs.every(({ paintedPerSecond }) => paintedPerSecond >= PAINTS_BUDGET),
      readyToPainted: runs.every(({ readyToPaintedMs }) => (readyToPaintedMs?.p99 ?? Infinity) <= LIMIT_MS),
    },
  };
}

const LIMIT_MS = (PERIODS_BUDGET * 1000) / DISPLAY_HZ;

async function measure({ seconds, browser }: BenchConsoleOptions, run: RunOptions, simulator: Peer) {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'bench-console-'));
  const settings: SettingsPatch = { 'model.enabled': run.model, 'log.mode': 'perf' };
  writeFileSync(path.join(folder, 'settings.json'), JSON.stringify({ revision: 1, settings }));
  const { port } = await simulator.ready;
  const served = await runEngine({
    ...{ source: `igtl://127.0.0.1:${port}`, publish: 'igtl-server://127.0.0.1:0', dataDir: folder },
    http: { host: '127.0.0.1', port: 0 },
  });
  const delays: number[] = [];
  let isCounting = false;
  let isPainting: (() => void) | null = null;
  const unsubscribe = served.engine.onPainted(({ readyMs, paintedMs }) => {
    isPainting?.();
    if (isCounting) delays.push(paintedMs - readyMs);
  });
  const profile = path.join(folder, 'browser');
  const page = startBrowser(browser, profile, `${served.url}?renderer=${run.renderer}#${run.view}`);
  try {
    await within(
      FIRST_PAINT_LIMIT_MS,
      'no picture was painted',
      new Promise<void>((resolve) => (isPainting = resolve)),
    );
    await pause(WARM_UP_S * 1000);
    const before = served.engine.counts();
    const startMs = performance.now();
    isCounting = true;
    await pause(seconds * 1000);
    isCounting = false;
    const tookS = (performance.now() - startMs) / 1000;
    const after = served.engine.counts();
    return {
      ...run,
      receivedPerSecond: round((after.received - before.received) / tookS),
      masksPerSecond: run.model ? round((after.sent - before.sent) / tookS) : null,
      paintedPerSecond: round(delays.length / tookS),
      readyToPaintedMs: spreadOf(delays),
      shareWithinLimit: round(delays.filter((delay) => delay <= LIMIT_MS).length / Math.max(1, delays.length)),
    };
  } finally {
    unsubscribe();
    await page.end();
    await served.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** A browser without a driver, with a profile of its own, ended with this process at the latest. */
function startBrowser(program: string, profile: string, url: string): { end(): Promise<void> } {
  // Chromium's sandbox refuses root, whom tests in containers run as.
  const sandbox = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
  const child = spawn(program, [...BROWSER_FLAGS, ...sandbox, `--user-data-dir=${profile}`, url], { stdio: 'ignore' });
  const kill = (): void => void child.kill('SIGKILL');
  process.once('exit', kill);
  const ended = new Promise<void>((resolve) => {
    child.once('exit', () => resolve());
    child.once('error', () => resolve());
  });
  return {
    end: async () => {
      process.off('exit', kill);
      child.kill('SIGTERM');
      const hard = setTimeout(kill, 5000);
      await ended;
      clearTimeout(hard);
    },
  };
}

async function within<T>(limitMs: number, otherwise: string, wanted: Promise<T>): Promise<T> {
  const limit = Promise.withResolvers<never>();
  const timer = setTimeout(() => limit.reject(new Error(`${otherwise} within ${limitMs / 1000} s`)), limitMs);
  try {
    return await Promise.race([wanted, limit.promise]);
  } finally {
    clearTimeout(timer);
  }
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
