export type { Action } from './action.ts';
export { ActionButton } from './action-button.tsx';
export { Key } from './key.tsx';
export { useKeyboard } from './keyboard.ts';
export { ACTIONS, actionOf, actionOfKey } from './table.ts';
