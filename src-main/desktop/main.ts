/**
 * The desktop app: a window, the engine behind it, and what keeps both running and to themselves. Flags are those of
 * `ultramotion console`.
 */
import path from 'node:path';
import { parseArgs } from 'node:util';
import { app, BrowserWindow, session } from 'electron';
import { setAppMenu } from './app-menu.ts';
import { registerConsoleScheme, serveConsole } from './console-protocol-handler.ts';
import { ConsoleWindow } from './console-window.ts';
import { DisplayWake } from './display-wake.ts';
import { type EngineState, EngineSupervisor } from './engine-supervisor.ts';
import { confine, denyPermissions } from './hardening.ts';
import { serveIpc } from './ipc.ts';
import { engineEntry, inferenceEntry, preloadFile, rendererDir } from './paths.ts';
import { wantsToEndRecording, wantsToLoadAgain, wantsToTryAgain } from './questions.ts';
import { PlaceFile } from './window-place.ts';

/** Without the program, and in development without the folder it was given. */
const args = process.argv.slice(app.isPackaged ? 1 : 2);

app.enableSandbox();
registerConsoleScheme();
setAppMenu();
keepToDataDirectory();
app.on('web-contents-created', (_event, contents) => confine(contents));
if (app.requestSingleInstanceLock()) {
  // Never awaited here: `ready` comes only after this module has been evaluated.
  void app.whenReady().then(start);
} else {
  app.quit();
}

/** One app per data directory, as there is one engine: what the browser part keeps goes there too. */
function keepToDataDirectory(): void {
  const { values } = parseArgs({ args: [...args], options: { 'data-dir': { type: 'string' } }, strict: false });
  const dataDir = values['data-dir'];
  if (typeof dataDir === 'string') {
    app.setPath('userData', path.resolve(dataDir, 'desktop'));
  }
}

function start(): void {
  denyPermissions(session.defaultSession);
  serveConsole(rendererDir);
  serveIpc({ 'window:full-screen': (sender, mode) => fullScreen(BrowserWindow.fromWebContents(sender), mode) });
  const wake = new DisplayWake();
  let isRecording = false;
  const engine = new EngineSupervisor(
    { engineEntry, inferenceEntry, args },
    {
      state: (state) => {
        say(state);
        window.showEngineState(state);
        if (state.status === 'running') {
          window.connectToEngine();
        } else if (state.status === 'refused') {
          void wantsToTryAgain(state.message).then((again) => (again ? engine.start() : app.quit()));
        }
      },
      liveness: (live) => wake.set(live),
      recording: (active) => {
        isRecording = active;
      },
    },
  );
  const window = new ConsoleWindow({
    preload: preloadFile,
    place: new PlaceFile(app.getPath('userData')),
    openPort: () => engine.openPort(),
    mayClose: () => (isRecording ? wantsToEndRecording() : true),
    pageKeepsEnding: (reason) => void wantsToLoadAgain(reason).then((again) => (again ? window.reload() : app.quit())),
  });
  app.on('second-instance', () => window.focus());
  app.on('window-all-closed', () => app.quit());
  quitAfterClosing(engine);
  engine.start();
  window.load();
}

function fullScreen(window: BrowserWindow | null, mode: 'on' | 'off' | 'toggle'): boolean {
  const wanted = mode === 'toggle' ? window?.isFullScreen() === false : mode === 'on';
  window?.setFullScreen(wanted);
  return wanted;
}

function say(state: EngineState): void {
  const words = 'message' in state ? `: ${state.message}` : 'url' in state ? `; browsers: ${state.url ?? 'none'}` : '';
  process.stderr.write(`engine ${state.status}${words}\n`);
}

/** Quitting waits for the engine, which tells Slicer and closes its files; the supervisor bounds the wait. */
function quitAfterClosing(engine: EngineSupervisor): void {
  let state: 'open' | 'closing' | 'closed' = 'open';
  app.on('will-quit', (event) => {
    if (state === 'closed') {
      return;
    }
    event.preventDefault();
    if (state === 'open') {
      state = 'closing';
      void engine.close().then(() => {
        state = 'closed';
        app.quit();
      });
    }
  });
}
