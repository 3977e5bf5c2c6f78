import type {
  AlertEvent,
  AlertOverview,
  HealthReport,
  KpiSample,
  SettingKey,
  Settings,
} from '../../src-shared/index.ts';
import {
  AlertBook,
  AlertRules,
  headline,
  healthOf,
  type Log,
  type ProblemBoard,
  type RuleInputs,
  type UnjudgedSample,
} from '../monitoring/index.ts';
import type { EnginePart } from './part.ts';

/** There is no such alert to take note of. */
export class NoSuchAlert extends Error {
  override readonly name = 'NoSuchAlert';
}

export interface AlertDeskOptions {
  readonly log: Log;
  readonly problems: ProblemBoard;
  readonly settings: Settings;
  /** Something a console shows has changed. */
  readonly changed: () => void;
}

/** Changes kept for whoever looks later. */
const MAX_HISTORY = 500;

/** Watches every sample, keeps the alerts and sends their changes where the operator wants them. */
export class AlertDesk implements EnginePart {
  readonly #options: AlertDeskOptions;
  readonly #rules = new AlertRules();
  readonly #book = new AlertBook();
  readonly #history: AlertEvent[] = [];
  #settings: Settings;

  constructor(options: AlertDeskOptions) {
    this.#options = options;
    this.#settings = options.settings;
  }

  settingsChanged(_changed: ReadonlySet<SettingKey>, settings: Settings): void {
    this.#settings = settings;
  }

  sourceChanged(): void {
    this.#rules.sourceChanged();
  }

  /** Judges a sample; returns it with its health. */
  judge(sample: UnjudgedSample, now: Pick<RuleInputs, 'liveness' | 'publisher' | 'modelRuns'>): KpiSample {
    const inputs = { sample, settings: this.#settings, problems: this.#options.problems.standing(), ...now };
    const conditions = this.#rules.conditions(inputs, (key) => this.#book.held(key));
    for (const event of this.#book.update(conditions, this.#settings, sample.ts)) {
      this.#changed(event);
    }
    return { ...sample, health: this.health().health };
  }

  health(): Pick<HealthReport, 'health' | 'reasons'> {
    return healthOf(this.#book.notOver());
  }

  overview(): AlertOverview {
    return { active: this.#book.active(now()), history: this.#history.toReversed(), routes: [] };
  }

  /** @throws {NoSuchAlert} */
  acknowledge(key: string): void {
    if (!this.#book.acknowledge(key, now())) {
      throw new NoSuchAlert(`no alert ${key} to acknowledge`);
    }
    this.#options.log('info', 'alert.acknowledged', { key });
    this.#options.changed();
  }

  silence(key: string, seconds: number): void {
    this.#book.silence(key, now() + seconds, now());
    this.#options.log('info', 'alert.silenced', { key, seconds });
    this.#options.changed();
  }

  #changed(event: AlertEvent): void {
    this.#history.push(event);
    if (this.#history.length > MAX_HISTORY) {
      this.#history.shift();
    }
    const { key, severity, from, to, text } = event;
    const isOver = to === 'ok' || to === 'no-data';
    const level = isOver ? 'info' : severity === 'critical' ? 'error' : 'warn';
    this.#options.log(level, 'alert', { key, from, to, message: headline(key, severity, isOver, text) });
    this.#options.changed();
  }
}

/** Epoch seconds. */
const now = (): number => Date.now() / 1000;
