import { Store, useStore } from '../state/store.ts';
import type { Caliper } from './measure.ts';
import { NO_ZOOM, type Zoom } from './view-transform.ts';

interface LiveViewState {
  /** The panel beside the picture is shown. */
  readonly panelOpen: boolean;
  /** The raw picture is shown beside the one with its mask. */
  readonly split: boolean;
  readonly zoom: Zoom;
  /** What dragging on the picture does: move it, or lay a distance on it. */
  readonly tool: 'move' | 'distance';
  readonly calipers: readonly Caliper[];
  /** What became of the last screenshot; null: none was taken, or it is long ago. */
  readonly notice: 'saved' | 'no-picture' | null;
}

/** How the live view is laid out now; not kept over a reload. */
export const liveStore = new Store<LiveViewState>({
  panelOpen: true,
  split: false,
  zoom: NO_ZOOM,
  tool: 'move',
  calipers: [],
  notice: null,
});

let lastCaliperId = 0;
export const newCaliperId = (): number => ++lastCaliperId;

export function useLiveView<P>(select: (state: LiveViewState) => P): P {
  return useStore(liveStore, select);
}
