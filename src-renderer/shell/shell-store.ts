import { Store, useStore } from '../state/store.ts';
import { VIEW_IDS, type ViewId } from './view-id.ts';

interface ShellState {
  readonly view: ViewId;
  /** What in the view was asked for, until it is scrolled to. */
  readonly place: string | null;
  readonly helpOpen: boolean;
  /** The table of what each stage takes. */
  readonly latencyOpen: boolean;
}

/** The view is kept in the page's address (`#performance`): a reload comes back to it. */
function viewOfAddress(): ViewId {
  const wanted = globalThis.location?.hash.slice(1);
  return VIEW_IDS.find((id) => id === wanted) ?? 'live';
}

export const shellStore = new Store<ShellState>({
  view: viewOfAddress(),
  place: null,
  helpOpen: false,
  latencyOpen: false,
});

/** `place`: the id of what in the view is looked for; the view scrolls there when it is on screen. */
export function showView(view: ViewId, place: string | null = null): void {
  shellStore.set({ view, place });
  history.replaceState(null, '', `#${view}`);
}

/** An address typed over the one of an open page (`#performance`) shows its view, as opening it anew would. */
export function followAddress(): void {
  addEventListener('hashchange', () => shellStore.set({ view: viewOfAddress(), place: null }));
}

export function useView(): ViewId {
  return useStore(shellStore, (state) => state.view);
}
