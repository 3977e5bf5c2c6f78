import type { SpacePlane } from '../../src-shared/index.ts';
import type { Capture } from '../live/worker-protocol.ts';
import type { ConsoleClient } from '../state/console-client.ts';
import { presentationOf } from '../state/console-context.ts';
import type { PlanePicture } from './space-scene.ts';
import { spaceStore, surfacePoints } from './space-store.ts';

/** Between two looks: a hand is followed, and a laptop without a graphics card keeps up. */
const LOOK_EVERY_MS = 150;
/** While points come in pieces, the next piece is fetched sooner. */
const HURRY_MS = 10;

export interface FeedListener {
  /** `surfacePoints` changed. */
  points(): void;
  /** `picture` is of the very frame that the plane is of; null: the outline alone. */
  plane(plane: SpacePlane | null, picture: PlanePicture | null): void;
}

/** Asks the engine for new points and the newest plane until the returned function is called. */
export function runFeed(client: ConsoleClient, on: FeedListener): () => void {
  let hasEnded = false;
  const look = async (): Promise<void> => {
    try {
      await lookOnce(client, on, () => hasEnded);
    } catch {
      // The engine is not there: said in the corner and by the veil; this goes on asking.
    }
    if (!hasEnded) {
      setTimeout(look, surfacePoints.isComplete ? LOOK_EVERY_MS : HURRY_MS);
    }
  };
  void look();
  return () => {
    hasEnded = true;
  };
}

async function lookOnce(client: ConsoleClient, on: FeedListener, hasEnded: () => boolean): Promise<void> {
  const isPictureWanted = spaceStore.get().showsPicture && presentationOf(client.getState()).veil === null;
  const capture = isPictureWanted ? await client.capture() : null;
  const { generation, count: since } = surfacePoints;
  const tsBits = capture === null ? null : hexOf(capture);
  const answer = await client.command('space.points', { generation, since, tsBits });
  const hasChanged = surfacePoints.add(answer);
  if (hasEnded()) {
    return;
  }
  if (hasChanged) {
    on.points();
  }
  const isOfCapture = capture !== null && answer.plane !== null && answer.plane.tsBits === tsBits;
  on.plane(answer.plane, isOfCapture ? { size: capture.picture.size, rgba: capture.rgba } : null);
}

const hexOf = ({ picture }: Capture): string => picture.tsBits.toString(16).padStart(16, '0');
