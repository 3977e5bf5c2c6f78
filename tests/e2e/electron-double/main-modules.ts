/** The small modules of the main process: what the app asks of them is recorded, what they answer is scripted. */
import { EventEmitter } from 'node:events';
import type {
  BaseWindow,
  CustomScheme,
  Dialog,
  Display,
  IpcMain,
  MenuItemConstructorOptions,
  MessageBoxOptions,
  MessageBoxReturnValue,
  PowerSaveBlocker,
  Protocol,
  IpcMainInvokeEvent as RealInvokeEvent,
  Menu as RealMenu,
  Session as RealSession,
  Screen,
} from 'electron';
import { onlyAfterReady, onlyBeforeReady } from './app-state.ts';
import { dialogAnswers, record } from './recorder.ts';
import type { WebContents } from './web-contents.ts';

export const dialog = {
  async showMessageBox(
    first: BaseWindow | MessageBoxOptions,
    second?: MessageBoxOptions,
  ): Promise<MessageBoxReturnValue> {
    const options = second ?? (first as MessageBoxOptions);
    record('dialog.showMessageBox', { message: options.message, detail: options.detail, buttons: options.buttons });
    return { response: dialogAnswers.shift() ?? 0, checkboxChecked: false };
  },
} satisfies Pick<Dialog, 'showMessageBox'>;

export const Menu = {
  buildFromTemplate(template: MenuItemConstructorOptions[]): RealMenu {
    record('Menu.buildFromTemplate', template);
    return {} as RealMenu;
  },
  setApplicationMenu(menu: RealMenu | null): void {
    record('Menu.setApplicationMenu', { isNull: menu === null });
  },
} satisfies Pick<typeof RealMenu, 'setApplicationMenu' | 'buildFromTemplate'>;

/** One display of a usual size. */
export const screen = {
  getAllDisplays(): Display[] {
    onlyAfterReady('screen.getAllDisplays');
    return [{ id: 1, workArea: { x: 0, y: 0, width: 1920, height: 1040 } } as Display];
  },
} satisfies Pick<Screen, 'getAllDisplays'>;

const blockers = new Set<number>();
let nextBlocker = 1;

export const powerSaveBlocker = {
  start(type: 'prevent-app-suspension' | 'prevent-display-sleep'): number {
    record('powerSaveBlocker.start', type);
    blockers.add(nextBlocker);
    return nextBlocker++;
  },
  stop(id: number): boolean {
    record('powerSaveBlocker.stop', id);
    return blockers.delete(id);
  },
} satisfies Pick<PowerSaveBlocker, 'start' | 'stop'>;

export const activeBlockers = (): number => blockers.size;

/** Keeps the handlers, so that a test can ask them what Chromium would. */
class SessionDouble
  implements
    Pick<RealSession, 'setPermissionRequestHandler' | 'setPermissionCheckHandler' | 'setDevicePermissionHandler'>
{
  request: Parameters<RealSession['setPermissionRequestHandler']>[0] = null;
  check: Parameters<RealSession['setPermissionCheckHandler']>[0] = null;
  device: Parameters<RealSession['setDevicePermissionHandler']>[0] = null;

  setPermissionRequestHandler(handler: SessionDouble['request']): void {
    this.request = handler;
  }

  setPermissionCheckHandler(handler: SessionDouble['check']): void {
    this.check = handler;
  }

  setDevicePermissionHandler(handler: SessionDouble['device']): void {
    this.device = handler;
  }
}
export type Session = SessionDouble;
export const session = { defaultSession: new SessionDouble() };

type SchemeHandler = Parameters<Protocol['handle']>[1];
const schemeHandlers = new Map<string, SchemeHandler>();
export const handlerOfScheme = (scheme: string): SchemeHandler | undefined => schemeHandlers.get(scheme);

export const protocol = {
  registerSchemesAsPrivileged(schemes: CustomScheme[]): void {
    onlyBeforeReady('protocol.registerSchemesAsPrivileged');
    record('protocol.registerSchemesAsPrivileged', schemes);
  },
  handle(scheme: string, handler: SchemeHandler): void {
    onlyAfterReady('protocol.handle');
    schemeHandlers.set(scheme, handler);
  },
} satisfies Pick<Protocol, 'registerSchemesAsPrivileged' | 'handle'>;

export interface IpcMainInvokeEvent extends Pick<RealInvokeEvent, never> {
  readonly sender: WebContents;
  readonly senderFrame: { readonly url: string; readonly parent: object | null } | null;
}
type InvokeHandler = (event: IpcMainInvokeEvent, ...args: unknown[]) => unknown;

class IpcMainDouble extends EventEmitter implements Record<keyof Pick<IpcMain, 'handle'>, unknown> {
  readonly handlers = new Map<string, InvokeHandler>();

  handle(channel: string, handler: InvokeHandler): void {
    if (this.handlers.has(channel)) {
      throw new Error(`Attempted to register a second handler for '${channel}'`);
    }
    this.handlers.set(channel, handler);
  }
}
export const ipcMain = new IpcMainDouble();
