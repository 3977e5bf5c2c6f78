/**
 * `node launcher.ts ENTRY [FLAGS]` plays Electron's part: gives ENTRY the double for `electron`, runs it, and emits
 * `ready` only when it has been evaluated, as Electron does. An entry that waits for `ready` at its top level hangs there
 * (electron#40719) and is reported here.
 */
import { registerHooks } from 'node:module';
import { createServer } from 'node:net';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { chromium } from 'playwright';
import type { FromLauncher, ToLauncher } from './launcher-protocol.ts';

const EVALUATION_LIMIT_MS = 15_000;
const CHROMIUM_FLAGS = [
  '--no-sandbox',
  '--use-gl=angle',
  '--use-angle=swiftshader',
  '--enable-unsafe-swiftshader',
  // Electron's Chromium fires `close` on a port whose other end is gone (electron#22532); others need to be told to.
  '--enable-blink-features=MessagePortCloseEvent',
];
const [entry = '', ...flags] = process.argv.slice(2);
const root = process.env['ELECTRON_DOUBLE_ROOT'] ?? process.cwd();
const send = (message: FromLauncher): void => void process.send?.(message);

const electronUrl = pathToFileURL(path.join(import.meta.dirname, 'electron.ts')).href;
registerHooks({
  resolve: (specifier, context, next) =>
    specifier === 'electron' || specifier.startsWith('electron/')
      ? { url: electronUrl, shortCircuit: true, format: 'module-typescript' }
      : next(specifier, context),
});
Object.defineProperty(process, 'type', { value: 'browser' });
process.argv = [process.argv[0] as string, root, ...flags];

const { app } = await import('./app.ts');
const { BrowserWindow, providePages } = await import('./browser-window.ts');
const { activeBlockers, handlerOfScheme, ipcMain, session } = await import('./main-modules.ts');
const { recordedCalls } = await import('./recorder.ts');

const port = await freePort();
const browser = await chromium.launch({
  executablePath: process.env['CHROMIUM'] ?? '/usr/bin/chromium',
  args: [...CHROMIUM_FLAGS, `--remote-debugging-port=${port}`],
});
const context = await browser.newContext();
providePages(() => context.newPage());
app.endBrowser = () => browser.close();

process.on('message', (message: ToLauncher) => {
  switch (message.type) {
    case 'report':
      send({ type: 'report', calls: recordedCalls, activeBlockers: activeBlockers() });
      break;
    case 'ask-permission':
      send({ type: 'permission', ...answersFor(message.permission) });
      break;
    case 'say-crashed':
      sayCrashed();
      break;
    case 'invoke-as':
      void refusalOf(message).then((refusal) => send({ type: 'invoked', refusal }));
      break;
    case 'request':
      void answerTo(message).then(({ status, headers }) =>
        send({ type: 'response', status, headers: Object.fromEntries(headers) }),
      );
      break;
    case 'quit':
      app.quit();
      break;
  }
});
// Electron quits in good order on these, and so does a test run that is interrupted.
for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  process.on(signal, () => app.quit());
}
process.on('disconnect', () => app.quit());
process.on('unhandledRejection', (error) => fail(error));

const limit = setTimeout(
  () => fail('the entry was not evaluated in time: does it await app.whenReady() at its top level?'),
  EVALUATION_LIMIT_MS,
);
await import(pathToFileURL(path.resolve(entry)).href);
clearTimeout(limit);
app.becomeReady();
send({ type: 'ready', debuggingUrl: `http://127.0.0.1:${port}` });

function fail(error: unknown): void {
  send({ type: 'failed', message: error instanceof Error ? (error.stack ?? error.message) : String(error) });
  void browser.close().finally(() => process.exit(1));
}

/** Nobody answering counts as granted, as in Electron. */
function answersFor(permission: string): { requested: boolean; checked: boolean; device: boolean } {
  const { request, check, device } = session.defaultSession;
  let requested = true;
  request?.(null as never, permission as never, (granted) => (requested = granted), {} as never);
  return {
    requested,
    checked: check?.(null, permission as never, 'app://console/', {} as never) ?? true,
    device: device?.({ deviceType: 'usb', origin: 'app://console/' } as never) ?? true,
  };
}

function sayCrashed(): void {
  const contents = BrowserWindow.getAllWindows()[0]?.webContents;
  contents?.once('did-finish-load', () => send({ type: 'reloaded' }));
  contents?.emit('render-process-gone', {}, { reason: 'crashed', exitCode: 5 });
}

async function refusalOf({ url, isTop, channel }: Extract<ToLauncher, { type: 'invoke-as' }>): Promise<string | null> {
  const sender = BrowserWindow.getAllWindows()[0]?.webContents as InstanceType<typeof BrowserWindow>['webContents'];
  try {
    await ipcMain.handlers.get(channel)?.({ sender, senderFrame: { url, parent: isTop ? null : {} } }, 'on');
    return null;
  } catch (error) {
    return String(error);
  }
}

async function answerTo({ url, method }: Extract<ToLauncher, { type: 'request' }>): Promise<Response> {
  const handler = handlerOfScheme('app');
  if (handler === undefined) {
    throw new Error('the app serves no scheme of its own');
  }
  return handler(new Request(url, { method }));
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port: free } = server.address() as { port: number };
      server.close(() => resolve(free));
    });
  });
}
