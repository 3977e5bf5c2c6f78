import { Store, useStore } from '../state/store.ts';
import { VIEW_IDS, type ViewId } from './view-id.ts';

interface ShellState {
  readonly view: ViewId;
  readonly helpOpen: boolean;
  /** The table of what each stage takes. */
  readonly latencyOpen: boolean;
}

/** The view is kept in the page's address (`#performance`): a reload comes back to it. */
function viewOfAddress(): ViewId {
  const wanted = globalThis.location?.hash.slice(1);
  return VIEW_IDS.find((id) => id === wanted) ?? 'live';
}

export const shellStore = new Store<ShellState>({ view: viewOfAddress(), helpOpen: false, latencyOpen: false });

export function showView(view: ViewId): void {
  shellStore.set({ view });
  history.replaceState(null, '', `#${view}`);
}

export function useView(): ViewId {
  return useStore(shellStore, (state) => state.view);
}
