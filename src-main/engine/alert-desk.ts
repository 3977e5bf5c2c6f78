import {
  type Alert,
  type AlertEvent,
  type AlertOverview,
  type HealthReport,
  type KpiSample,
  type SettingKey,
  type Settings,
  say,
} from '../../src-shared/index.ts';
import {
  AlertBook,
  AlertHistory,
  AlertRoutes,
  AlertRules,
  type DiskWriter,
  headline,
  healthOf,
  type Log,
  type ProblemBoard,
  type RemoteRoute,
  type RuleInputs,
  type UnjudgedSample,
} from '../monitoring/index.ts';
import { monotonicMs } from '../pipeline/index.ts';
import type { EnginePart } from './part.ts';

/** There is no such alert to take note of. */
export class NoSuchAlert extends Error {
  override readonly name = 'NoSuchAlert';
}

export interface AlertDeskOptions {
  readonly log: Log;
  readonly problems: ProblemBoard;
  readonly settings: Settings;
  /** Where dead letters and the history of alerts are kept, and who writes the latter; null: nowhere. */
  readonly dataDir: string | null;
  readonly disk: DiskWriter | null;
  /** Something a console shows has changed. */
  readonly changed: () => void;
}

/** Watches every sample, keeps the alerts and sends their changes where the operator wants them. */
export class AlertDesk implements EnginePart {
  readonly #options: AlertDeskOptions;
  readonly #rules = new AlertRules();
  readonly #book = new AlertBook();
  readonly #history: AlertHistory;
  readonly #routes: AlertRoutes;
  #settings: Settings;

  constructor(options: AlertDeskOptions) {
    this.#options = options;
    this.#settings = options.settings;
    const { dataDir, settings, disk } = options;
    this.#history = new AlertHistory(dataDir, disk);
    this.#routes = new AlertRoutes({
      dataDir,
      settings,
      changed: () => this.#noteRoutes(),
      failed: (route, message) => options.log('error', 'alert.route-lost', { route, message }),
    });
  }

  start(): Promise<void> {
    return this.#history.load();
  }

  close(): Promise<void> {
    return this.#routes.close();
  }

  settingsChanged(_changed: ReadonlySet<SettingKey>, settings: Settings): void {
    this.#settings = settings;
    this.#routes.configure(settings);
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

  active(): readonly Alert[] {
    return this.#book.active(now());
  }

  overview(): AlertOverview {
    return { active: this.active(), history: this.#history.newestFirst(), routes: this.#routes.statuses() };
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

  /** One event that says it is a test, sent once and now. @throws {RouteNotSet} */
  async testRoute(route: RemoteRoute): Promise<{ delivered: boolean; message: string | null }> {
    const outcome = await this.#routes.test(route);
    return { delivered: outcome.ok, message: outcome.ok ? null : outcome.reason };
  }

  /** Sends again what a receiver did not take; returns how many events. */
  replay(route: RemoteRoute): Promise<number> {
    return this.#routes.replay(route);
  }

  /** A receiver that does not take alerts is a problem to be shown, and no alert: it would go the same way. */
  #noteRoutes(): void {
    const { problems, changed } = this.#options;
    for (const { route, lastError, waiting, dead } of this.#routes.statuses()) {
      if (lastError === null && dead === 0) {
        problems.clear(`alerts.${route}`);
      } else {
        const said = say('alerts.untaken', { route, why: lastError ?? 'some were given up', waiting, dead });
        problems.stands(`alerts.${route}`, 'warning', said, monotonicMs());
      }
    }
    changed();
  }

  #changed(event: AlertEvent): void {
    this.#history.add(event);
    if (!event.silenced) {
      this.#routes.deliver(event);
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
