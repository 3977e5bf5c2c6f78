import type { z } from 'zod';
import { SETTING_KEYS, type SettingKey, settingInfo } from './settings.ts';

/** Longer values are cut: what is refused may come from anybody. */
const MAX_SHOWN_CHARACTERS = 80;

/**
 * What is wrong with `input`: each fault with the thing, its value and the limit. Values of secret settings are left out.
 * `whole`: what the input is called where the fault lies in no part of it.
 */
export function faultsOf(error: z.ZodError, input: unknown, whole: string): string {
  return error.issues
    .map(({ path, message }) => `${placeOf(path, whole)}${shownValue(path, input)}: ${message}`)
    .join('; ');
}

const placeOf = (path: readonly PropertyKey[], whole: string): string => path.map(String).join('.') || whole;

function shownValue(path: readonly PropertyKey[], input: unknown): string {
  if (path.length === 0 || path.some((part) => isSecret(String(part)))) {
    return '';
  }
  const value = path.reduce<unknown>(
    (part, name) =>
      typeof part === 'object' && part !== null ? (part as Record<PropertyKey, unknown>)[name] : undefined,
    input,
  );
  const text = value === undefined || typeof value === 'object' ? '' : JSON.stringify(value);
  return text === ''
    ? ''
    : ` ${text.length <= MAX_SHOWN_CHARACTERS ? text : `${text.slice(0, MAX_SHOWN_CHARACTERS)}…`}`;
}

const isSecret = (name: string): boolean =>
  (SETTING_KEYS as readonly string[]).includes(name) && settingInfo(name as SettingKey).secret === true;
