import { readFileSync, renameSync } from 'node:fs';
import { mkdir, open, rename } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import {
  faultsOf,
  type Saying,
  SETTING_KEYS,
  type SettingKey,
  type SettingOverride,
  type Settings,
  type SettingsPatch,
  say,
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
 * so that a crash leaves the old or the new file and never half of one. Saving is off the caller's path: a full disk
 * must not keep a setting from acting.
 */
export class SettingsStore {
  readonly #file: string | null;
  #saved: SettingsPatch = {};
  #revision = 0;
  #savedRevision = 0;
  #saving: Promise<void> | null = null;
  #saveProblem: Saying | null = null;
  #tellSaveProblem: (problem: Saying | null) => void = () => {};
  #current: Settings;
  readonly #atStart: Settings;
  readonly #overrides = new Map<SettingKey, SettingOverride>();
  /** What was wrong with the settings file, for the operator; null when nothing was. */
  readonly fileProblem: Saying | null;

  /** @throws {BadSetting} for the environment or the command line; a bad file is reported, not fatal. */
  constructor(sources: SettingsSources) {
    this.#file = sources.file;
    this.fileProblem = this.#load();
    const environment = fromEnvironment(sources.environment);
    const commandLine = validPatch(sources.commandLine);
    this.#current = settingsSchema.parse({ ...this.#saved, ...environment, ...commandLine });
    this.#atStart = this.#current;
    this.#noteOverrides(environment, 'environment');
    this.#noteOverrides(commandLine, 'command-line');
  }

  /** Where a setting in force comes from when it is not the file or a console; until it is changed at run time. */
  get overrides(): Readonly<Partial<Record<SettingKey, SettingOverride>>> {
    return Object.fromEntries(this.#overrides);
  }

  /** Settings whose value in force is not yet acted on: they were changed and need a restart. */
  get awaitingRestart(): readonly SettingKey[] {
    return SETTING_KEYS.filter(
      (key) => !settingInfo(key).live && JSON.stringify(this.#current[key]) !== JSON.stringify(this.#atStart[key]),
    );
  }

  get current(): Settings {
    return this.#current;
  }

  /** Why the newest settings are not on disk, for the operator; null when they are, or are just being written. */
  get saveProblem(): Saying | null {
    return this.#saveProblem;
  }

  /** Has `listener` told when saving begins to fail, fails otherwise, or succeeds again (null). */
  onSaveProblem(listener: (problem: Saying | null) => void): void {
    this.#tellSaveProblem = listener;
  }

  /**
   * Puts a patch in force and has it saved; returns it, validated. Never fails because of the disk.
   *
   * @throws {BadSetting}
   */
  update(patch: SettingsPatch): SettingsPatch {
    const valid = validPatch(patch);
    this.#current = { ...this.#current, ...valid };
    this.#saved = { ...this.#saved, ...valid };
    for (const key of Object.keys(valid) as SettingKey[]) {
      this.#overrides.delete(key);
    }
    this.#revision++;
    this.#saving ??= this.#save();
    return valid;
  }

  /** When everything is on disk, or has failed to get there. */
  async settled(): Promise<void> {
    await this.#saving;
  }

  #noteOverrides(patch: SettingsPatch, by: SettingOverride): void {
    for (const key of Object.keys(patch) as SettingKey[]) {
      this.#overrides.set(key, by);
    }
  }

  #load(): Saying | null {
    if (this.#file === null) {
      return null;
    }
    let text: string;
    try {
      text = readFileSync(this.#file, 'utf8');
    } catch (error) {
      return (error as NodeJS.ErrnoException).code === 'ENOENT'
        ? null
        : say('settings.file-unread', { file: this.#file, why: String(error) });
    }
    try {
      const content = fileSchema.parse(JSON.parse(text));
      this.#revision = content.revision;
      this.#savedRevision = content.revision;
      this.#saved = validPatch(content.settings as SettingsPatch);
      return null;
    } catch (error) {
      return setAside(this.#file, wordsOf(error));
    }
  }

  /** Writes until the newest revision is on disk or cannot be written; changes made meanwhile go into the next round. */
  async #save(): Promise<void> {
    try {
      while (this.#file !== null && this.#savedRevision < this.#revision) {
        const revision = this.#revision;
        await writeWhole(this.#file, `${JSON.stringify({ revision, settings: this.#saved }, null, 2)}\n`);
        this.#savedRevision = revision;
      }
      this.#noteSaveProblem(null);
    } catch (error) {
      this.#noteSaveProblem(say('settings.not-on-disk', { file: String(this.#file), why: wordsOf(error) }));
    } finally {
      this.#saving = null;
    }
  }

  #noteSaveProblem(problem: Saying | null): void {
    if (JSON.stringify(problem) !== JSON.stringify(this.#saveProblem)) {
      this.#saveProblem = problem;
      this.#tellSaveProblem(problem);
    }
  }
}

/** The engine starts on defaults rather than not at all; the bad file is kept for whoever wants to repair it. */
function setAside(file: string, why: string): Saying {
  try {
    renameSync(file, `${file}.bad`);
    return say('settings.set-aside', { file, bad: `${path.basename(file)}.bad`, why });
  } catch (error) {
    return say('settings.not-set-aside', { file, unmoved: wordsOf(error), why });
  }
}

async function writeWhole(file: string, text: string): Promise<void> {
  await mkdir(path.dirname(file), { recursive: true });
  const beside = `${file}.new`;
  const handle = await open(beside, 'w', 0o600);
  try {
    await handle.writeFile(text);
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(beside, file);
}

/** @throws {BadSetting} */
function validPatch(patch: SettingsPatch): SettingsPatch {
  const parsed = settingsPatchSchema.safeParse(patch);
  if (!parsed.success) {
    throw new BadSetting(faultsOf(parsed.error, patch, 'settings'));
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

/** What the text of a variable means, where it is not the value itself. Installations use `LOG_MODE` and `KPI_LOGGING` so. */
const ENVIRONMENT_VALUES: Partial<Record<SettingKey, (text: string) => unknown>> = {
  'http.port': Number,
  'log.mode': (text) => (text === 'perf' ? 'perf' : 'normal'),
  'kpi.logging': (text) => !['0', 'false', 'off', 'no'].includes(text.toLowerCase()),
  'http.allowedHosts': (text) => text.split(',').map((name) => name.trim()),
  'http.insecure': (text) => ['1', 'true', 'on', 'yes'].includes(text.toLowerCase()),
};

/**
 * Settings that have an environment name.
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
    const value = ENVIRONMENT_VALUES[key]?.(text) ?? text;
    const parsed = settingsPatchSchema.safeParse({ [key]: value });
    if (!parsed.success) {
      throw new BadSetting(`environment variable ${env}="${text}": ${wordsOf(parsed.error)}`);
    }
    found[key] = value;
  }
  return found as SettingsPatch;
}
