import type { Action } from '../actions/action.ts';
import { endGuide, openGuide } from './first-run.ts';
import { guideStore } from './guide-store.ts';
import { choiceOf } from './source-choice.ts';

/** The guide of the first start, at any later time too. */
export const guideActions: readonly Action[] = [
  {
    id: 'guide.open',
    key: 'g',
    where: 'everywhere',
    isOn: () => guideStore.get().open,
    run: (client) => {
      if (guideStore.get().open) {
        endGuide(client);
      } else {
        openGuide(choiceOf(client.getState().snapshot?.source.address ?? ''));
      }
    },
  },
  {
    id: 'guide.skip',
    key: 'escape',
    where: 'live',
    isPossible: () => guideStore.get().open,
    run: endGuide,
  },
];
