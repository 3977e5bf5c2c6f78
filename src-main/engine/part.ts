import type { SettingKey, Settings } from '../../src-shared/index.ts';

/** A part of the engine that is built from settings and can follow them while it runs. */
export interface EnginePart {
  /** `changed` holds the keys whose values differ from before; `settings` is what is in force now. */
  settingsChanged(changed: ReadonlySet<SettingKey>, settings: Settings): Promise<void> | void;
}

/** True when any setting of the group (`source`, `publish` …) changed. */
export function changedInGroup(changed: ReadonlySet<SettingKey>, group: string): boolean {
  return [...changed].some((key) => key.startsWith(`${group}.`));
}
