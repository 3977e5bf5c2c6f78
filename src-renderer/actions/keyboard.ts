import { useEffect } from 'react';
import { shellStore } from '../shell/shell-store.ts';
import type { ConsoleClient } from '../state/console-client.ts';
import { actionOfKey } from './table.ts';

/** Fields that take the key for themselves. */
const TEXT_FIELDS = 'input:not([type=checkbox], [type=radio], [type=range], [type=button]), textarea, select';
/** What Space and Enter press, and arrows move: these keys belong to whoever has the focus. */
const PRESSED = 'button, a[href], summary, [role=button], [role=tab], input';
const FIELD_KEYS: readonly string[] = ['arrowleft', 'arrowright', 'arrowup', 'arrowdown', 'home', 'end'];

/** Whether the element with the focus wants this key itself. */
export function isTakenByFocus(target: EventTarget | null, key: string): boolean {
  if (!(target instanceof Element)) {
    return false;
  }
  if (target.matches(TEXT_FIELDS) || (target instanceof HTMLElement && target.isContentEditable)) {
    return true;
  }
  if (key === ' ' || key === 'enter') {
    return target.matches(PRESSED);
  }
  return FIELD_KEYS.includes(key) && target.matches('input');
}

/** Every key of the actions table, for the whole page. */
export function useKeyboard(client: ConsoleClient): void {
  useEffect(() => {
    const onKey = (event: KeyboardEvent): void => {
      const key = event.key.toLowerCase();
      if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || isTakenByFocus(event.target, key)) {
        return;
      }
      const action = actionOfKey(key, shellStore.get().view);
      if (action === null || (event.repeat && action.repeats !== true)) {
        return;
      }
      if (action.isPossible?.(client) ?? true) {
        event.preventDefault();
        action.run(client);
      }
    };
    window.addEventListener('keydown', onKey);
    return () => window.removeEventListener('keydown', onKey);
  }, [client]);
}
