import path from 'node:path';
import { type KpiSample, SETTING_KEYS, type Settings, settingInfo } from '../../src-shared/index.ts';
import { DiskWriter } from './disk-writer.ts';
import { kpiLine } from './kpi-line.ts';
import { componentOf, type Log, logLine, passes } from './log.ts';
import { maskSecrets } from './mask-secrets.ts';
import type { Rotation } from './rotating-file.ts';

export interface LogsOptions {
  /** The data directory: logs go to `logs/` in it; null: nothing goes to disk. */
  readonly dataDir: string | null;
  /** Standard error, or whoever else listens; must not block. */
  readonly say: (line: string) => void;
  readonly settings: Settings;
}

const MB = 2 ** 20;
const HOUR_MS = 3_600_000;
/** The last lines of an engine wait this long for a slow disk. */
const CLOSE_MS = 1000;

/** `logs/pipeline.log` and `logs/kpi.log`, and the thread that writes them and everything else monitoring keeps. */
export class Logs {
  readonly disk: DiskWriter | null;
  /** Folder of the log files; null: there are none. */
  readonly folder: string | null;
  readonly #say: (line: string) => void;
  #settings: Settings;
  #secrets: readonly string[];
  #tellProblem: (problem: string | null) => void = () => {};

  constructor({ dataDir, say, settings }: LogsOptions) {
    this.#say = say;
    this.#settings = settings;
    this.#secrets = secretsOf(settings);
    this.folder = dataDir === null ? null : path.join(dataDir, 'logs');
    this.disk = dataDir === null ? null : new DiskWriter({ problem: (problem) => this.#tellProblem(problem) });
  }

  /** Secrets are masked in every line, whoever wrote it. */
  readonly log: Log = (level, event, fields = {}) => {
    if (passes(level, componentOf(event), this.#settings)) {
      const line = maskSecrets(logLine(new Date(), level, event, fields), this.#secrets);
      this.#say(line);
      this.#write('pipeline.log', line);
    }
  };

  /** One line of `kpi.log`; `KPI_LOGGING=0` or the switch stop it, and nothing else does. */
  kpi(sample: KpiSample): void {
    if (this.#settings['kpi.logging']) {
      this.#write('kpi.log', kpiLine(sample));
    }
  }

  configure(settings: Settings): void {
    this.#settings = settings;
    this.#secrets = secretsOf(settings);
  }

  /** Has `listener` told when lines begin to be lost, with why, and when they are written again (null). */
  onProblem(listener: (problem: string | null) => void): void {
    this.#tellProblem = listener;
  }

  /** What is masked in every line whatever its shape. */
  get secrets(): readonly string[] {
    return this.#secrets;
  }

  /** Lines that could not be written so far. */
  get lost(): number {
    return this.disk?.lost ?? 0;
  }

  async close(): Promise<void> {
    await this.disk?.close(CLOSE_MS);
  }

  #write(name: string, line: string): void {
    if (this.disk !== null && this.folder !== null) {
      this.disk.write(path.join(this.folder, name), line, rotationOf(this.#settings));
    }
  }
}

function rotationOf(settings: Settings): Rotation {
  return {
    maxBytes: settings['log.maxFileMb'] * MB,
    maxAgeMs: settings['log.maxFileHours'] * HOUR_MS,
    keep: settings['log.keepFiles'],
  };
}

function secretsOf(settings: Settings): string[] {
  return SETTING_KEYS.filter((key) => settingInfo(key).secret === true)
    .flatMap((key) => String(settings[key]).split(/\s+/))
    .filter((secret) => secret !== '');
}
