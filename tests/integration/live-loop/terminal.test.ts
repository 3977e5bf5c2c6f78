import { spawnSync } from 'node:child_process';
import { closeSync, constants, existsSync, openSync, writeSync } from 'node:fs';
import path from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { ConsoleClient } from '../../support/console-client.ts';
import { CLI, eventually, RunningProcess, TestBench } from '../../support/processes.ts';
import { framesCome, framesGoOn, masksFlow } from '../../support/streams.ts';

const FREE_PORTS = ['--http', '127.0.0.1:0', '--publish', 'igtl-server://127.0.0.1:0'];
/** Signals later than this after the first mean: at once. */
const SAME_REQUEST_MS = 1000;

describe.skipIf(process.platform === 'win32')('what a terminal does to a program', () => {
  let bench: TestBench;
  afterEach(() => bench.close());

  /** A command in a process group of its own; what is left of the group is killed at the end of the test. */
  function inOwnGroup(command: string, ...args: readonly string[]): RunningProcess {
    const started = new RunningProcess(command, args, { ownGroup: true, env: { CI: 'true' } });
    bench.owns({
      close: () => {
        try {
          process.kill(-started.pid, 'SIGKILL');
        } catch {
          // The whole group has ended, as it should.
        }
      },
    });
    return started;
  }

  /** Ctrl+C reaches every process of the group, and some twice because npm passes it on. */
  async function pressControlC(group: number): Promise<void> {
    process.kill(-group, 'SIGINT');
    await new Promise((resolve) => setTimeout(resolve, 20));
    process.kill(-group, 'SIGINT');
  }

  it.each([
    ['npm start', 'npm', ['start', '--']],
    ['scripts/start.mjs', process.execPath, ['scripts/start.mjs']],
  ])('%s: Ctrl+C closes the engine properly', async (_what, command, words) => {
    bench = new TestBench();
    const folder = bench.folder();
    const options = ['--browser', '--no-open', ...FREE_PORTS, '--data-dir', folder, '--json'];
    const start = inOwnGroup(command, ...words, ...options);
    const { url } = await start.json<{ url: string }>();
    await masksFlow(url);
    await pressControlC(start.pid);
    const code = await start.exited;
    // npm and its shell end by the signal, whatever the program under them makes of it.
    expect(command === 'npm' || code === 0).toBe(true);
    await eventually('the last words', 3000, () => (/^engine ended$/m.test(start.stderr) ? true : null));
    expect(existsSync(path.join(folder, 'engine.lock'))).toBe(false);
  });

  it('a signal more than a second after the first ends a program that does not come to its end', async () => {
    bench = new TestBench();
    const entry = path.resolve(import.meta.dirname, '../../../src-main/cli/run-engine.ts');
    const script = `const { stopSignal } = await import(${JSON.stringify(entry)});
      stopSignal().then(() => console.log('stopping')); setInterval(() => {}, 1000); console.log('running');`;
    const stuck = bench.run(process.execPath, '--input-type=module', '-e', script);
    await stuck.find((line) => (line === 'running' ? true : null));
    stuck.child.kill('SIGINT');
    await stuck.find((line) => (line === 'stopping' ? true : null));
    stuck.child.kill('SIGINT');
    stuck.child.kill('SIGTERM');
    await new Promise((resolve) => setTimeout(resolve, SAME_REQUEST_MS + 200));
    expect(stuck.child.exitCode).toBeNull();
    stuck.child.kill('SIGTERM');
    expect(await stuck.exited).toBe(1);
  });

  /** The engine with its standard error going to `stderr`. */
  async function engineInto(stderr: number | undefined): Promise<{ run: RunningProcess; url: string; lock: string }> {
    const folder = bench.folder();
    const args = ['engine', '--source', 'phantom', ...FREE_PORTS, '--data-dir', folder, '--json'];
    const run = bench.start(
      new RunningProcess(process.execPath, [CLI, ...args], stderr === undefined ? {} : { stderr }),
    );
    const { url } = await run.json<{ url: string }>();
    return { run, url, lock: path.join(folder, 'engine.lock') };
  }

  /** Something the engine logs. */
  async function aLogLine(url: string): Promise<void> {
    const client = bench.owns(await ConsoleClient.open(url));
    expect(await client.command('settings.update', { patch: { 'view.maskOpacity': 0.5 } })).toMatchObject({
      type: 'result',
    });
  }

  it('a log reader that has stopped reading holds up neither the engine nor its end', async () => {
    bench = new TestBench();
    const pipe = path.join(bench.folder(), 'log');
    spawnSync('mkfifo', [pipe]);
    const ends = [constants.O_RDONLY, constants.O_WRONLY].map((way) => openSync(pipe, way | constants.O_NONBLOCK));
    bench.owns({ close: () => ends.forEach(closeSync) });
    fillUp(ends[1] as number);
    const { run, url, lock } = await engineInto(ends[1] as number);
    await masksFlow(url);
    await aLogLine(url);
    await framesGoOn(url);
    run.child.kill('SIGTERM');
    await eventually('the engine has ended', 5000, () => (run.child.exitCode === null ? null : true));
    expect(await run.exited).toBe(0);
    expect(existsSync(lock)).toBe(false);
  });

  it('a log reader that goes away (engine 2>&1 | head) does not take the engine with it', async () => {
    bench = new TestBench();
    const { run, url, lock } = await engineInto(undefined);
    run.child.stderr?.destroy();
    run.child.stdout?.destroy();
    await framesCome(url);
    await aLogLine(url);
    await framesGoOn(url);
    expect(await run.stop()).toBe(0);
    expect(existsSync(lock)).toBe(false);
  });
});

/** Writes to a pipe until nothing more fits. */
function fillUp(writer: number): void {
  const bytes = Buffer.alloc(4096, 'x');
  try {
    for (;;) writeSync(writer, bytes);
  } catch (error) {
    expect((error as NodeJS.ErrnoException).code).toBe('EAGAIN');
  }
}
