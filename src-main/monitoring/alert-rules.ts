import {
  type AlertSeverity,
  type ConditionCode,
  type ConditionWords,
  judge,
  type KpiSample,
  type Liveness,
  type Problem,
  type PublisherLink,
  type Settings,
  type Threshold,
  type ThresholdMetric,
  thresholdsOf,
} from '../../src-shared/index.ts';

/** A sample before it is judged. */
export type UnjudgedSample = Omit<KpiSample, 'health'>;

/** What is looked at once a sample. */
export interface RuleInputs {
  readonly sample: UnjudgedSample;
  readonly settings: Settings;
  readonly liveness: Liveness;
  readonly publisher: { readonly link: PublisherLink; readonly address: string };
  /** Masks are wanted and the model runs: without them `fps_out` and latency mean nothing. */
  readonly modelRuns: boolean;
  /** Problems that stand until their cause is gone. */
  readonly problems: readonly Problem[];
}

/** What one rule says now: `level` null where it has nothing to judge by. */
export interface Condition extends ConditionWords {
  readonly level: AlertSeverity | 'ok' | null;
}

/** The severity an alert is shown with now, by its key; null where there is none. */
export type Held = (key: string) => AlertSeverity | null;

const MB = 2 ** 20;
/** Log lines lost are worth a warning for this long: a single sample would be over before anybody looks. */
const LOG_LOSS_SHOWN_S = 60;

/** Problems that are no alerts: those about delivering alerts would be delivered the same way, lost lines have a rule. */
const NO_ALERTS = ['alerts.', 'log.'] as const;

/** Every condition that is watched, judged anew at each sample. Has a memory only of when log lines were last lost. */
export class AlertRules {
  #logLost = 0;
  #logLossTs = Number.NEGATIVE_INFINITY;
  #samples = 0;

  /** The figures of another source have to settle first. */
  sourceChanged(): void {
    this.#samples = 0;
  }

  conditions(inputs: RuleInputs, held: Held): Condition[] {
    this.#samples++;
    const { sample, settings, liveness, modelRuns } = inputs;
    const limits = thresholdsOf(settings, sample.source_fps);
    const settled = this.#samples > settings['alerts.firstSamples'];
    const isLive = settled && liveness === 'LIVE';
    const masksCome = isLive && modelRuns;
    const by = (
      key: string,
      code: ConditionCode,
      metric: ThresholdMetric,
      applies: boolean,
      words: (value: number, limit: number) => ConditionWords['values'],
    ): Condition => {
      const value = applies ? (sample[metric] ?? null) : null;
      return limitCondition({ key, code, value, threshold: limits[metric], held, settings, words });
    };
    const fps = (value: number, limit: number): ConditionWords['values'] => ({
      fps: rounded(value),
      limit: rounded(limit),
      sourceFps: sample.source_fps === null ? null : rounded(sample.source_fps),
    });
    return [
      linkCondition(liveness),
      publisherCondition(inputs.publisher),
      by('fps-in', 'fps-in-low', 'fps_in', isLive, fps),
      by('fps-out', 'fps-out-low', 'fps_out', masksCome, fps),
      by('latency', 'latency-high', 'latency_p95_ms', masksCome, (value, limit) => ({
        p95Ms: rounded(value),
        limitMs: rounded(limit),
      })),
      by('gpu', 'gpu-high', 'gpu_util', settled, (value, limit) => ({
        percent: rounded(value),
        limitPercent: rounded(limit),
      })),
      by('archive-backlog', 'archive-backlog', 'archive_backlog_bytes', true, backlog),
      by('disk', 'disk-low', 'disk_free_mb', true, megabytes),
      this.#logLoss(sample),
      ...inputs.problems.filter(({ key }) => !NO_ALERTS.some((start) => key.startsWith(start))).map(problemCondition),
    ];
  }

  #logLoss({ ts, log_lost }: UnjudgedSample): Condition {
    if (log_lost > this.#logLost) {
      this.#logLossTs = ts;
    }
    this.#logLost = log_lost;
    const level = ts - this.#logLossTs < LOG_LOSS_SHOWN_S ? 'warning' : 'ok';
    return { key: 'log-loss', code: 'log-loss', level, values: { lines: log_lost } };
  }
}

function limitCondition(rule: {
  key: string;
  code: ConditionCode;
  value: number | null;
  threshold: Threshold | null;
  held: Held;
  settings: Settings;
  words: (value: number, limit: number) => ConditionWords['values'];
}): Condition {
  const { key, code, value, threshold, held, settings, words } = rule;
  if (value === null || threshold === null) {
    return { key, code, level: null, values: {} };
  }
  const severity = held(key);
  const level = judge(value, threshold, severity, settings['alerts.hysteresis']);
  // An alert that is still critical names the limit it went past, not the milder one the value is back at.
  const isCritical = level === 'critical' || severity === 'critical';
  return { key, code, level, values: words(value, isCritical ? threshold.critical : threshold.warning) };
}

function linkCondition(liveness: Liveness): Condition {
  return { key: 'link', code: 'link', level: LINK_LEVELS[liveness], values: { liveness } };
}

/** A picture that looks live and is not is as bad as none; no picture that nobody asked for is nothing. */
const LINK_LEVELS: Readonly<Record<Liveness, Condition['level']>> = {
  'NO SOURCE': null,
  ENDED: null,
  LIVE: 'ok',
  CONNECTING: 'warning',
  STALE: 'warning',
  FROZEN: 'critical',
  'LINK LOST': 'critical',
  'SOURCE FAILED': 'critical',
};

function publisherCondition({ link, address }: RuleInputs['publisher']): Condition {
  return { key: 'publisher', code: 'publisher-link', level: PUBLISHER_LEVELS[link], values: { link, address } };
}

const PUBLISHER_LEVELS: Readonly<Record<PublisherLink, Condition['level']>> = {
  disconnected: null,
  listening: 'ok',
  connected: 'ok',
  connecting: 'warning',
  failed: 'critical',
};

function problemCondition({ key, severity, message, said }: Problem): Condition {
  const level = severity === 'info' ? 'ok' : severity;
  return {
    key: `problem.${key}`,
    code: 'problem',
    level,
    values: { ...said?.values, saying: said?.code ?? null, problem: key, message },
  };
}

const megabytes = (value: number, limit: number): ConditionWords['values'] => ({
  megabytes: Math.round(value),
  limitMegabytes: Math.round(limit),
});

const backlog = (value: number, limit: number): ConditionWords['values'] => megabytes(value / MB, limit / MB);

const rounded = (value: number): number => Math.round(value * 10) / 10;
