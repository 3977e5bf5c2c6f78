/**
 * Stands in for the `electron` module of the main process in tests of the shell. Every part is checked against
 * `electron.d.ts`, and src-main/desktop is compiled against this file too (scripts/typecheck.mjs): a changed signature
 * breaks the first check, an API without a double the second.
 */
export { app } from './app.ts';
export { BrowserWindow } from './browser-window.ts';
export {
  dialog,
  type IpcMainInvokeEvent,
  ipcMain,
  Menu,
  powerSaveBlocker,
  protocol,
  type Session,
  screen,
  session,
} from './main-modules.ts';
export { MessageChannelMain, MessagePortMain } from './ports.ts';
export { type UtilityProcess, utilityProcess } from './utility-process.ts';
export type { WebContents } from './web-contents.ts';
