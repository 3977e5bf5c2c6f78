import { closeSync, fsyncSync, mkdirSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import {
  SETTING_KEYS,
  type Settings,
  type SettingsPatch,
  settingInfo,
  settingsPatchSchema,
  settingsSchema,
} from '../../src-shared/index.ts';

/** A setting from outside that is not acceptable: which, its value and the limit, in words. */
export class BadSetting extends Error {
  override readonly name = 'BadSetting';
}

const fileSchema = z.object({ revision: z.number().int().min(0), settings: z.record(z.string(), z.unknown()) });

export interface SettingsSources {
  /** Null: nothing is read or saved (tests, one-off runs). */
  readonly file: string | null;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly commandLine: SettingsPatch;
}

/**
 * All settings in force, from (weakest first) defaults, the settings file, the environment, the command line and what
 * was changed at run time. The engine is the only writer of the file; a save is written beside it, synced and renamed,
 * so that a crash leaves the old or the new file and never half of one.
 */
export class SettingsStore {
  readonly #file: string | null;
  #saved: SettingsPatch = {};
  #revision = 0;
  #current: Settings;
  /** What was wrong with the settings file, for the operator; null when nothing was. */
  readonly fileProblem: string | null;

  /** @throws {BadSetting} for the environment or the command line; a bad file is reported, not fatal. */
  constructor(sources: SettingsSources) {
    this.#file = sources.file;
    this.fileProblem = this.#load();
    const environment = fromEnvironment(sources.environment);
    this.#current = settingsSchema.parse({ ...this.#saved, ...environment, ...validPatch(sources.commandLine) });
  }

  get current(): Settings {
    return this.#current;
  }

  /**
   * Puts a validated patch in force and saves it. Returns the keys whose change waits for a restart.
   *
   * @throws {BadSetting}
   */
  update(patch: SettingsPatch): SettingsPatch {
    const valid = validPatch(patch);
    this.#current = { ...this.#current, ...valid };
    this.#saved = { ...this.#saved, ...valid };
    this.#save();
    return valid;
  }

  #load(): string | null {
    if (this.#file === null) {
      return null;
    }
    let text: string;
    try {
      text = readFileSync(this.#file, 'utf8');
    } catch (error) {
      return (error as NodeJS.ErrnoException).code === 'ENOENT'
        ? null
        : `settings file ${this.#file}: ${String(error)}`;
    }
    try {
      const content = fileSchema.parse(JSON.parse(text));
      this.#revision = content.revision;
      this.#saved = validPatch(content.settings as SettingsPatch);
      return null;
    } catch (error) {
      // Kept for whoever wants to repair it; the engine starts on defaults rather than not at all.
      renameSync(this.#file, `${this.#file}.bad`);
      return `settings file ${this.#file} was not usable and is now ${path.basename(this.#file)}.bad: ${wordsOf(error)}`;
    }
  }

  #save(): void {
    if (this.#file === null) {
      return;
    }
    this.#revision++;
    mkdirSync(path.dirname(this.#file), { recursive: true });
    const beside = `${this.#file}.new`;
    const handle = openSync(beside, 'w', 0o600);
    try {
      writeSync(handle, `${JSON.stringify({ revision: this.#revision, settings: this.#saved }, null, 2)}\n`);
      fsyncSync(handle);
    } finally {
      closeSync(handle);
    }
    renameSync(beside, this.#file);
  }
}

/** @throws {BadSetting} */
function validPatch(patch: SettingsPatch): SettingsPatch {
  const parsed = settingsPatchSchema.safeParse(patch);
  if (!parsed.success) {
    throw new BadSetting(wordsOf(parsed.error));
  }
  return parsed.data;
}

/** `http.port 70000: expected number to be <=65535`, one clause a fault. */
function wordsOf(error: unknown): string {
  if (error instanceof z.ZodError) {
    return error.issues.map((issue) => `${issue.path.join('.') || 'settings'}: ${issue.message}`).join('; ');
  }
  return error instanceof Error ? error.message : String(error);
}

/**
 * Settings that have an environment name. `LOG_MODE` takes any value but `perf` as normal, as installations do.
 *
 * @throws {BadSetting} naming the variable and its value.
 */
function fromEnvironment(environment: Readonly<Record<string, string | undefined>>): SettingsPatch {
  const found: Record<string, unknown> = {};
  for (const key of SETTING_KEYS) {
    const { env } = settingInfo(key);
    const text = env === undefined ? undefined : environment[env];
    if (env === undefined || text === undefined || text === '') {
      continue;
    }
    const value =
      key === 'http.port' ? Number(text) : key === 'log.mode' ? (text === 'perf' ? 'perf' : 'normal') : text;
    const parsed = settingsPatchSchema.safeParse({ [key]: value });
    if (!parsed.success) {
      throw new BadSetting(`environment variable ${env}="${text}": ${wordsOf(parsed.error)}`);
    }
    found[key] = value;
  }
  return found as SettingsPatch;
}
