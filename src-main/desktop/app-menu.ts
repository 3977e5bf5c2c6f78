import { Menu } from 'electron';

/**
 * macOS takes copy, paste and quit from the menu, so it gets the smallest one that has them. Elsewhere there is none: the
 * picture needs the room, and every action has its key in the console.
 */
export function setAppMenu(): void {
  Menu.setApplicationMenu(
    process.platform === 'darwin'
      ? Menu.buildFromTemplate([{ role: 'appMenu' }, { role: 'editMenu' }, { role: 'windowMenu' }])
      : null,
  );
}
