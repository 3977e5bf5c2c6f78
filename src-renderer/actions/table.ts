import { guideActions } from '../guide/actions.ts';
import { liveActions } from '../live/actions.ts';
import { recordingActions } from '../recordings/actions.ts';
import { shellActions } from '../shell/actions.ts';
import type { ViewId } from '../shell/view-id.ts';
import { spaceActions } from '../space/actions.ts';
import type { ActionId } from '../words/words.ts';
import type { Action } from './action.ts';

/** Everything that can be done, in the order the list of keys shows it. A view's actions stand in its `actions.ts`. */
export const ACTIONS: readonly Action[] = [
  ...liveActions,
  ...spaceActions,
  ...recordingActions,
  ...shellActions,
  ...guideActions,
];

const byId = new Map<ActionId, Action>(ACTIONS.map((action) => [action.id, action]));

export function actionOf(id: ActionId): Action {
  const action = byId.get(id);
  if (action === undefined) {
    throw new Error(`no action ${id}`);
  }
  return action;
}

/** What `key` does in `view`: the view's own action before one that holds everywhere. */
export function actionOfKey(key: string, view: ViewId): Action | null {
  const pressed = key.toLowerCase();
  const candidates = ACTIONS.filter((action) => action.key === pressed);
  return (
    candidates.find((action) => action.where === view) ??
    candidates.find((action) => action.where === 'everywhere') ??
    null
  );
}
