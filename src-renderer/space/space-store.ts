import { Store, useStore } from '../state/store.ts';
import { type PointColour, SurfacePoints } from './surface-points.ts';

export type SpaceNotice =
  | { readonly kind: 'exported'; readonly points: number }
  | { readonly kind: 'sent'; readonly points: number; readonly clients: number }
  | { readonly kind: 'cleared' }
  /** What the engine said, to be put in words. */
  | { readonly kind: 'refused'; readonly error: unknown };

interface SpaceState {
  readonly colour: PointColour;
  /** The live picture on the plane, not its outline alone. */
  readonly showsPicture: boolean;
  /** Counts up; the view looks at everything anew with each. */
  readonly cameraResets: number;
  readonly notice: SpaceNotice | null;
}

export const spaceStore = new Store<SpaceState>({
  colour: 'depth',
  showsPicture: true,
  cameraResets: 0,
  notice: null,
});

/** Kept while the view is left: coming back needs only what was added meanwhile. */
export const surfacePoints = new SurfacePoints();

export function useSpaceView<P>(select: (state: SpaceState) => P): P {
  return useStore(spaceStore, select);
}
