import type { z } from 'zod';

/** What the settings panel, the command line and the README say about a setting beside its type and range. */
export interface SettingInfo {
  readonly title: string;
  readonly unit?: string;
  /** false: takes effect at the next start of the engine. */
  readonly live: boolean;
  /** Environment variable that overrides the settings file. */
  readonly env?: string;
  /** Never leaves the engine: consoles and the API see {@link SECRET_MASK} in its place. */
  readonly secret?: true;
  /** Set on the machine itself (command line, environment, settings file), never by a console or over the API. */
  readonly ownerOnly?: true;
}

/** Stands for a secret that is set. Sent back, it leaves the secret as it is. */
export const SECRET_MASK = '********';

/** Attaches `info` to a schema; `settingInfo` reads it. */
export const setting = <T extends z.ZodType>(schema: T, info: SettingInfo): T => schema.meta({ ...info }) as T;
