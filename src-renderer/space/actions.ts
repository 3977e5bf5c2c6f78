import type { Action } from '../actions/action.ts';
import { saveFile } from '../components/save-file.ts';
import type { ConsoleClient } from '../state/console-client.ts';
import { plyOf } from './ply.ts';
import { type SpaceNotice, spaceStore, surfacePoints } from './space-store.ts';

const NOTICE_SHOWN_MS = 6000;

const hasPoints = (client: ConsoleClient): boolean => (client.getState().snapshot?.space.points ?? 0) > 0;

/** What can be done with the surface in space. Knows nothing of three.js: this file is part of the first page. */
export const spaceActions: readonly Action[] = [
  {
    id: 'space.clear',
    key: 'delete',
    where: 'space',
    isPossible: hasPoints,
    run: (client) =>
      act(async () => {
        await client.command('space.clear', {});
        return { kind: 'cleared' };
      }),
  },
  {
    id: 'space.export',
    key: 'e',
    where: 'space',
    isPossible: hasPoints,
    run: (client) => act(() => exportPly(client)),
  },
  {
    id: 'space.publish',
    key: 's',
    where: 'space',
    isPossible: hasPoints,
    run: (client) => act(async () => ({ kind: 'sent', ...(await client.command('space.publish', {})) })),
  },
  {
    id: 'space.resetCamera',
    key: '0',
    where: 'space',
    run: () => spaceStore.set({ cameraResets: spaceStore.get().cameraResets + 1 }),
  },
  {
    id: 'space.colour',
    key: 'o',
    where: 'space',
    isOn: () => spaceStore.get().colour === 'age',
    run: () => spaceStore.set({ colour: spaceStore.get().colour === 'age' ? 'depth' : 'age' }),
  },
  {
    id: 'space.picture',
    key: 'p',
    where: 'space',
    isOn: () => spaceStore.get().showsPicture,
    run: () => spaceStore.set({ showsPicture: !spaceStore.get().showsPicture }),
  },
];

function act(what: () => Promise<SpaceNotice>): void {
  const say = (notice: SpaceNotice): void => {
    spaceStore.set({ notice });
    setTimeout(() => {
      if (spaceStore.get().notice === notice) {
        spaceStore.set({ notice: null });
      }
    }, NOTICE_SHOWN_MS);
  };
  what().then(say, (error: unknown) => say({ kind: 'refused', error }));
}

/** Fetches what is still missing, so that the file holds all there is. */
async function exportPly(client: ConsoleClient): Promise<SpaceNotice> {
  do {
    const { generation, count: since } = surfacePoints;
    surfacePoints.add(await client.command('space.points', { generation, since, tsBits: null }));
  } while (!surfacePoints.isComplete);
  const status = client.getState().snapshot?.space;
  if (status === undefined) {
    throw new Error('the engine has not said anything yet');
  }
  const at = new Date();
  const text = plyOf(surfacePoints, status, spaceStore.get().colour, at);
  const name = `bone-surface-${at.toISOString().replace(/[:.]/g, '-')}.ply`;
  saveFile(name, new Blob([text], { type: 'application/octet-stream' }));
  return { kind: 'exported', points: surfacePoints.count };
}
