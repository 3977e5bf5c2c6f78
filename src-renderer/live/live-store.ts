import { Store, useStore } from '../state/store.ts';

interface LiveViewState {
  /** The panel beside the picture is shown. */
  readonly panelOpen: boolean;
}

/** How the live view is laid out now; not kept over a reload. */
export const liveStore = new Store<LiveViewState>({ panelOpen: true });

export function useLiveView<P>(select: (state: LiveViewState) => P): P {
  return useStore(liveStore, select);
}
