import type { Action } from '../actions/action.ts';
import type { ConsoleClient } from '../state/console-client.ts';
import { shellStore, showView } from './shell-store.ts';
import { VIEW_IDS } from './view-id.ts';
import { isThere } from './views.ts';

/** Views by the number of their tab, then what holds for the whole window. */
export const shellActions: readonly Action[] = [
  ...VIEW_IDS.map(
    (view, index): Action => ({
      id: `view.${view}`,
      key: String(index + 1),
      where: 'everywhere',
      isPossible: () => isThere(view),
      isOn: () => shellStore.get().view === view,
      run: () => showView(view),
    }),
  ),
  {
    id: 'shell.help',
    key: '?',
    where: 'everywhere',
    isOn: () => shellStore.get().helpOpen,
    run: () => shellStore.set({ helpOpen: !shellStore.get().helpOpen }),
  },
  {
    id: 'shell.latency',
    key: 'i',
    where: 'everywhere',
    isOn: () => shellStore.get().latencyOpen,
    run: () => shellStore.set({ latencyOpen: !shellStore.get().latencyOpen }),
  },
  {
    id: 'model.list',
    key: 'n',
    where: 'everywhere',
    run: () => {
      shellStore.set({ latencyOpen: false });
      showView('settings', 'settings-model');
    },
  },
  { id: 'shell.fullScreen', key: 'f11', where: 'everywhere', run: toggleFullScreen },
  {
    id: 'shell.largeType',
    key: 'l',
    where: 'everywhere',
    isOn: (client) => setting(client, 'view.largeType') === true,
    run: (client) => client.changeSettings({ 'view.largeType': setting(client, 'view.largeType') !== true }),
  },
  {
    id: 'shell.theme',
    key: 't',
    where: 'everywhere',
    run: (client) =>
      client.changeSettings({ 'view.theme': setting(client, 'view.theme') === 'light' ? 'dark' : 'light' }),
  },
];

function setting(client: ConsoleClient, key: 'view.largeType' | 'view.theme'): unknown {
  return client.getState().snapshot?.settings[key];
}

/** The desktop app's window, or the browser's page. */
function toggleFullScreen(): void {
  if (window.consoleApi !== undefined) {
    void window.consoleApi.setFullScreen('toggle');
  } else if (document.fullscreenElement !== null) {
    void document.exitFullscreen();
  } else {
    // A browser refuses where it has no window to fill; then there is nothing to do and nothing lost.
    document.documentElement.requestFullscreen().catch(() => {});
  }
}
