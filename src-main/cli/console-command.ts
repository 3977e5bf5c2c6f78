import { spawn } from 'node:child_process';
import type { Command } from 'commander';
import { electronBinary, launchElectron } from './electron-launch.ts';
import { addEngineFlags, type EngineFlags } from './engine-options.ts';
import { runEngine, stopSignal } from './run-engine.ts';
import { openStandardError } from './standard-error.ts';

interface ConsoleFlags extends EngineFlags {
  readonly open: boolean;
  readonly browser?: boolean;
  readonly json?: boolean;
}

/** `ultramotion console`: engine and console; Electron where its binary is, else the browser. */
export function addConsoleCommand(program: Command): void {
  addEngineFlags(program.command('console').description('engine and operator console; what npm start runs'))
    .option('--no-open', 'do not open a browser, only print the address')
    .option('--browser', 'use the browser even where Electron is present')
    .option('--json', 'print one JSON line with the address once the console is served')
    .action(openConsole);
}

async function openConsole(flags: ConsoleFlags): Promise<void> {
  const binary = flags.browser === true ? null : electronBinary();
  if (binary !== null && (await launchElectron(binary, process.argv.slice(3)))) {
    return;
  }
  if (binary === null && flags.browser !== true) {
    process.stderr.write('Electron is not installed here: the same console opens in the browser instead.\n');
  }
  const stopped = stopSignal();
  const running = await runEngine(flags);
  openStandardError().say(`\n  Ultramotion Console: ${running.url}\n  Ctrl+C ends it.\n\n`);
  if (flags.json === true) {
    process.stdout.write(`${JSON.stringify({ url: running.url, pid: process.pid })}\n`);
  }
  if (flags.open && !process.env['CI']) {
    openInBrowser(running.url);
  }
  await stopped;
  await running.close();
}

function openInBrowser(url: string): void {
  const [command, ...args] =
    process.platform === 'win32'
      ? ['cmd', '/c', 'start', '', url]
      : process.platform === 'darwin'
        ? ['open', url]
        : ['xdg-open', url];
  const child = spawn(command as string, args, { stdio: 'ignore', detached: true });
  child.once('error', () => process.stderr.write(`No browser could be opened: visit ${url}\n`));
  child.unref();
}
