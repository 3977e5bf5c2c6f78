import type { Session, WebContents } from 'electron';
import { isConsoleUrl } from './console-address.ts';

/** The console needs none of what a page can ask for (camera, location, notifications, devices …): both ways say no. */
export function denyPermissions(session: Session): void {
  session.setPermissionRequestHandler((_contents, _permission, callback) => callback(false));
  session.setPermissionCheckHandler(() => false);
  session.setDevicePermissionHandler(() => false);
}

/** A page of ours stays a page of ours: it goes nowhere else, opens no window and embeds nothing. */
export function confine(contents: WebContents): void {
  contents.setWindowOpenHandler(({ url }) => {
    refused('opening', url);
    return { action: 'deny' };
  });
  contents.on('will-frame-navigate', (event) => {
    if (!isConsoleUrl(event.url)) {
      event.preventDefault();
      refused('going to', event.url);
    }
  });
  contents.on('will-redirect', (event) => {
    if (!isConsoleUrl(event.url)) {
      event.preventDefault();
      refused('being sent to', event.url);
    }
  });
  contents.on('will-attach-webview', (event) => event.preventDefault());
}

function refused(what: string, url: string): void {
  process.stderr.write(`the console was kept from ${what} ${url.slice(0, 200)}\n`);
}
