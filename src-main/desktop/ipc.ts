import { type IpcMainInvokeEvent, ipcMain, type WebContents } from 'electron';
import { isConsoleUrl } from './console-address.ts';
import { type ChannelArguments, type ChannelName, type ChannelResults, channelSchemas } from './ipc-channels.ts';

/** Asked by somebody who may not, or for something that cannot be; the page gets the words. */
class IpcRefused extends Error {
  override readonly name = 'IpcRefused';
}

export type ChannelHandlers = {
  readonly [N in ChannelName]: (sender: WebContents, ...args: ChannelArguments<N>) => ChannelResults[N];
};

/** The only use of ipcMain: who asks and what is asked are judged before a handler sees it. */
export function serveIpc(handlers: ChannelHandlers): void {
  for (const name of Object.keys(channelSchemas) as ChannelName[]) {
    ipcMain.handle(name, (event, ...args: unknown[]) => {
      refuseStrangers(name, event);
      return handlers[name](event.sender, ...argumentsOf(name, args));
    });
  }
}

/** Only the main frame of one of our own pages is served. */
function refuseStrangers(name: ChannelName, { senderFrame }: IpcMainInvokeEvent): void {
  if (senderFrame === null || senderFrame.parent !== null || !isConsoleUrl(senderFrame.url)) {
    throw new IpcRefused(`${name}: only the console's own page may ask`);
  }
}

function argumentsOf<N extends ChannelName>(name: N, args: readonly unknown[]): ChannelArguments<N> {
  const parsed = channelSchemas[name].safeParse(args);
  if (!parsed.success) {
    const words = parsed.error.issues.map(({ path, message }) => `argument ${Number(path[0] ?? 0) + 1}: ${message}`);
    throw new IpcRefused(`${name}: ${words.join('; ')}`);
  }
  return parsed.data;
}
