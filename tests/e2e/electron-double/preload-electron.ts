/** What a sandboxed preload of the double gets from `require('electron')`; `page/preload-host.ts` is it. */
import type { ContextBridge, IpcRenderer } from 'electron';

export interface PreloadElectron {
  readonly contextBridge: Pick<ContextBridge, 'exposeInMainWorld'>;
  readonly ipcRenderer: Pick<IpcRenderer, 'invoke' | 'on'>;
}

export declare const contextBridge: PreloadElectron['contextBridge'];
export declare const ipcRenderer: PreloadElectron['ipcRenderer'];
