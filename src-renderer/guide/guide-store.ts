import { Store, useStore } from '../state/store.ts';
import type { SourceChoice } from './source-choice.ts';

/** In the order they are gone through. */
export const GUIDE_STEPS = ['source', 'picture', 'slicer', 'done'] as const;
export type GuideStep = (typeof GUIDE_STEPS)[number];

interface GuideState {
  readonly open: boolean;
  readonly step: GuideStep;
  /** What was chosen in the first step: what the second one advises depends on it. */
  readonly source: SourceChoice;
}

export const guideStore = new Store<GuideState>({ open: false, step: 'source', source: 'plus' });

export function useGuide<P>(select: (state: GuideState) => P): P {
  return useStore(guideStore, select);
}

export function showStep(step: GuideStep): void {
  guideStore.set({ step });
}
