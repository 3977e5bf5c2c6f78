import { useCallback, useSyncExternalStore } from 'react';
import { useClient } from '../state/console-context.ts';
import { subscribeToStores } from '../state/store.ts';
import type { Action } from './action.ts';

/** Whether an action can be done now, and whether what it switches is on (null: it switches nothing). */
export function useActionState(action: Action): { readonly possible: boolean; readonly on: boolean | null } {
  const client = useClient();
  const subscribe = useCallback(
    (listener: () => void) => {
      const ends = [client.subscribe(listener), subscribeToStores(listener)];
      return () => {
        for (const end of ends) {
          end();
        }
      };
    },
    [client],
  );
  const possible = useSyncExternalStore(subscribe, () => action.isPossible?.(client) ?? true);
  const on = useSyncExternalStore(subscribe, () => action.isOn?.(client) ?? null);
  return { possible, on };
}
