/**
 * The page's whole view of the desktop app, in the sandbox: its build, full screen, and the port to the engine handed
 * through. `ipcRenderer` stays in here.
 */
import { contextBridge, ipcRenderer } from 'electron';
import type { ChannelArguments, ChannelName, ChannelResults, PortChannel } from './ipc-channels.ts';

/** Set by the build: the same text the engine of this build says in its hello. */
declare const __ULTRAMOTION_BUILD__: string;

const ENGINE_PORT: PortChannel = 'engine-port';

const invoke = <N extends ChannelName>(name: N, ...args: ChannelArguments<N>): Promise<ChannelResults[N]> =>
  ipcRenderer.invoke(name, ...args);

contextBridge.exposeInMainWorld(
  'consoleApi',
  Object.freeze({
    build: __ULTRAMOTION_BUILD__,
    setFullScreen: (mode: 'on' | 'off' | 'toggle') => invoke('window:full-screen', mode),
  }),
);

ipcRenderer.on(ENGINE_PORT, (event) => {
  window.postMessage({ type: ENGINE_PORT }, location.origin, event.ports);
});
