import type { Action } from '../actions/action.ts';
import { liveStore } from './live-store.ts';

export const liveActions: readonly Action[] = [
  {
    id: 'mask.toggle',
    key: 'm',
    where: 'everywhere',
    isOn: (client) => client.getState().style.visible,
    run: (client) => {
      const { style } = client.getState();
      client.setMaskStyle({ ...style, visible: !style.visible });
    },
  },
  {
    id: 'panel.toggle',
    key: 'p',
    where: 'live',
    isOn: () => liveStore.get().panelOpen,
    run: () => liveStore.set({ panelOpen: !liveStore.get().panelOpen }),
  },
];
