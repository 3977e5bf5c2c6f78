import type { Settings, SettingsPatch } from '../../src-shared/index.ts';
import type { Action } from '../actions/action.ts';
import type { ConsoleClient } from '../state/console-client.ts';
import { liveStore } from './live-store.ts';
import { MASK_SHAPES } from './palette.ts';
import { takeScreenshot } from './screenshot.ts';
import { limitZoom, NO_ZOOM } from './view-transform.ts';

const ZOOM_STEP = 1.25;

const settingsOf = (client: ConsoleClient): Settings | null => client.getState().snapshot?.settings ?? null;
const hasPicture = (client: ConsoleClient): boolean => (client.getState().view?.picture ?? null) !== null;
const isFrozen = (client: ConsoleClient): boolean => (client.getState().view?.cine ?? null) !== null;

/** Switches a setting that is on or off. */
const toggles = (
  key: 'view.boxes' | 'view.flipHorizontal' | 'view.flipVertical',
): Pick<Action, 'isOn' | 'isPossible' | 'run'> => ({
  isPossible: (client) => settingsOf(client) !== null,
  isOn: (client) => settingsOf(client)?.[key] === true,
  run: (client) => client.changeSettings({ [key]: settingsOf(client)?.[key] !== true } as SettingsPatch),
});

const zooms = (factor: number): Pick<Action, 'run' | 'repeats'> => ({
  repeats: true,
  run: () => {
    const { zoom } = liveStore.get();
    const scale = zoom.scale * factor;
    liveStore.set({ zoom: limitZoom({ scale, offset: [zoom.offset[0] * factor, zoom.offset[1] * factor] }) });
  },
});

const steps = (by: number): Pick<Action, 'isPossible' | 'run' | 'repeats'> => ({
  repeats: true,
  isPossible: isFrozen,
  run: (client) => client.moveCine({ by }),
});

/** What can be done with the picture. Mask, freeze and screenshot work from every view: a pedal has no view. */
export const liveActions: readonly Action[] = [
  {
    id: 'picture.freeze',
    key: 'f',
    where: 'everywhere',
    isPossible: hasPicture,
    isOn: isFrozen,
    run: freezeOrGoOn,
  },
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
    id: 'picture.screenshot',
    key: 'c',
    where: 'everywhere',
    isPossible: hasPicture,
    run: (client) => void takeScreenshot(client),
  },
  { id: 'cine.back', key: 'arrowleft', where: 'live', ...steps(-1) },
  { id: 'cine.forward', key: 'arrowright', where: 'live', ...steps(1) },
  {
    id: 'cine.first',
    key: 'home',
    where: 'live',
    isPossible: isFrozen,
    run: (client) => client.moveCine({ to: 0 }),
  },
  {
    id: 'cine.last',
    key: 'end',
    where: 'live',
    isPossible: isFrozen,
    run: (client) => client.moveCine({ to: Number.MAX_SAFE_INTEGER }),
  },
  {
    id: 'cine.play',
    key: 'k',
    where: 'live',
    isPossible: isFrozen,
    isOn: (client) => client.getState().view?.cine?.playing === true,
    run: (client) => client.moveCine({ playing: client.getState().view?.cine?.playing !== true }),
  },
  {
    id: 'mask.shape',
    key: 'o',
    where: 'live',
    run: (client) => {
      const { shape } = client.getState().style;
      const next = MASK_SHAPES[(MASK_SHAPES.indexOf(shape) + 1) % MASK_SHAPES.length] ?? 'fill';
      client.changeSettings({ 'view.maskShape': next });
    },
  },
  { id: 'mask.boxes', key: 'b', where: 'live', ...toggles('view.boxes') },
  { id: 'picture.flipHorizontal', key: 'h', where: 'live', ...toggles('view.flipHorizontal') },
  { id: 'picture.flipVertical', key: 'v', where: 'live', ...toggles('view.flipVertical') },
  {
    id: 'picture.rotate',
    key: 'q',
    where: 'live',
    run: (client) =>
      client.changeSettings({ 'view.quarterTurns': ((settingsOf(client)?.['view.quarterTurns'] ?? 0) + 1) % 4 }),
  },
  { id: 'picture.zoomIn', key: '+', where: 'live', ...zooms(ZOOM_STEP) },
  { id: 'picture.zoomOut', key: '-', where: 'live', ...zooms(1 / ZOOM_STEP) },
  {
    id: 'picture.zoomReset',
    key: '0',
    where: 'live',
    isPossible: () => liveStore.get().zoom.scale > 1,
    run: () => liveStore.set({ zoom: NO_ZOOM }),
  },
  {
    id: 'picture.split',
    key: 's',
    where: 'live',
    isOn: () => liveStore.get().split,
    run: () => liveStore.set({ split: !liveStore.get().split }),
  },
  {
    id: 'measure.distance',
    key: 'd',
    where: 'live',
    isPossible: hasPicture,
    isOn: () => liveStore.get().tool === 'distance',
    run: () => liveStore.set({ tool: liveStore.get().tool === 'distance' ? 'move' : 'distance' }),
  },
  {
    id: 'measure.clear',
    key: 'delete',
    where: 'live',
    isPossible: () => liveStore.get().calipers.length > 0,
    run: () => liveStore.set({ calipers: [] }),
  },
  {
    id: 'panel.toggle',
    key: 'p',
    where: 'live',
    isOn: () => liveStore.get().panelOpen,
    run: () => liveStore.set({ panelOpen: !liveStore.get().panelOpen }),
  },
];

/** Distances laid on frozen pictures go with them: over a running picture they would measure other anatomy. */
function freezeOrGoOn(client: ConsoleClient): void {
  const frozen = isFrozen(client);
  if (frozen) {
    liveStore.set({ calipers: liveStore.get().calipers.filter(({ seq }) => seq === null) });
  }
  client.freeze(!frozen);
}
