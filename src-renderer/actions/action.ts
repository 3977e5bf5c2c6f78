import type { ViewId } from '../shell/view-id.ts';
import type { ConsoleClient } from '../state/console-client.ts';
import type { ActionId } from '../words/words.ts';

/**
 * One thing an operator can do. The same row serves the key, the list of keys, buttons and menus; its name is
 * `words.actions[id]`.
 */
export interface Action {
  readonly id: ActionId;
  /**
   * `KeyboardEvent.key`, lower case; null: no key. One key without Ctrl or Alt, so that a foot pedal (a keyboard with
   * one key) can do it.
   */
  readonly key: string | null;
  /** The view in which the key and the button act. */
  readonly where: 'everywhere' | ViewId;
  run(client: ConsoleClient): void;
  /** Whether it can be done now; absent: always. */
  isPossible?(client: ConsoleClient): boolean;
  /** For what is on or off: which of the two it is. */
  isOn?(client: ConsoleClient): boolean;
  /** Holding the key down repeats it (scrolling), instead of acting once. */
  readonly repeats?: true;
}
