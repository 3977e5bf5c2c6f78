import type {
  HealthReport,
  KpiSample,
  LatencyTrace,
  MetricDescription,
  PipelineMetrics,
  PublisherLink,
  SettingKey,
  Settings,
} from '../../src-shared/index.ts';
import {
  AlertRules,
  type ArchiveFigures,
  DiskProbe,
  GpuProbe,
  healthOf,
  KpiSampler,
  type Log,
  MetricRegistry,
  OtherProcessProbe,
  OwnProcessProbe,
  type ProblemBoard,
  TraceHistograms,
  type UpstreamFigures,
} from '../monitoring/index.ts';
import { type LedgerCounts, monotonicMs } from '../pipeline/index.ts';
import type { EnginePart } from './part.ts';

/** What the rest of the engine knows when a sample is taken. */
export interface MonitoringInputs {
  readonly metrics: PipelineMetrics;
  readonly counts: LedgerCounts;
  readonly coalesced: number;
  readonly upstream: UpstreamFigures;
  readonly syncMs: number | null;
  readonly inferencePid: number | null;
  readonly archive: ArchiveFigures;
  readonly liveness: HealthInputs['liveness'];
  readonly publisher: { readonly link: PublisherLink; readonly address: string };
  /** The model is wanted and its process is ready. */
  readonly modelRuns: boolean;
}
type HealthInputs = Parameters<AlertRules['conditions']>[0];

export interface MonitoringDeskOptions {
  readonly log: Log;
  readonly problems: ProblemBoard;
  readonly settings: Settings;
  /** Whose disk is watched; null: none is. */
  readonly dataDir: string | null;
  readonly inputs: () => MonitoringInputs;
}

/** Everything the pipeline knows about itself, once a second: figures, their history, health and alerts. */
export class MonitoringDesk implements EnginePart {
  readonly registry: MetricRegistry;
  readonly #options: MonitoringDeskOptions;
  readonly #kpi = new KpiSampler(monotonicMs());
  readonly #histograms = new TraceHistograms();
  readonly #rules = new AlertRules();
  readonly #gpu: GpuProbe;
  readonly #own = new OwnProcessProbe();
  readonly #other = new OtherProcessProbe();
  readonly #disk: DiskProbe | null;
  #settings: Settings;
  #latest: KpiSample | null = null;
  #health: Pick<HealthReport, 'health' | 'reasons'> = { health: 'OK', reasons: [] };

  constructor(options: MonitoringDeskOptions) {
    this.#options = options;
    this.#settings = options.settings;
    this.registry = new MetricRegistry((name, error) => this.#metricFailed(name, error));
    this.#gpu = new GpuProbe(
      options.settings['gpu.probe'],
      { state: (state, reason) => options.log('info', 'gpu.probe', { state, reason }) },
      monotonicMs,
    );
    this.#disk = options.dataDir === null ? null : new DiskProbe(options.dataDir);
  }

  start(): void {
    this.#gpu.start();
  }

  async close(): Promise<void> {
    await this.#gpu.close();
  }

  settingsChanged(_changed: ReadonlySet<SettingKey>, settings: Settings): void {
    this.#settings = settings;
  }

  frameReceived(): void {
    this.#kpi.frameReceived();
  }

  /** A mask that passed the sender, with the times it was handled at. */
  maskSent(trace: LatencyTrace): void {
    this.#kpi.maskSent(trace);
    this.#histograms.maskSent(trace);
  }

  /** The figures of another source have to settle before anybody is alarmed by them. */
  sourceChanged(): void {
    this.#rules.sourceChanged();
  }

  /** Takes a sample. */
  sample(): KpiSample {
    const nowMs = monotonicMs();
    const inputs = this.#options.inputs();
    const unjudged = this.#kpi.sample(nowMs, {
      metrics: inputs.metrics,
      framesReceived: inputs.counts.received,
      framesSent: inputs.counts.sent,
      framesInFlight: inputs.counts.inFlight,
      coalesced: inputs.coalesced,
      upstream: inputs.upstream,
      syncMs: inputs.syncMs,
      gpu: this.#gpu.figures(),
      engine: this.#own.figures(nowMs),
      inference: this.#other.figures(inputs.inferencePid, nowMs),
      archive: inputs.archive,
      diskFreeMb: this.#disk?.freeMb(nowMs) ?? null,
      logLost: 0,
      custom: this.registry.values(),
    });
    const conditions = this.#rules.conditions(
      {
        sample: unjudged,
        settings: this.#settings,
        liveness: inputs.liveness,
        publisher: inputs.publisher,
        modelRuns: inputs.modelRuns,
        problems: this.#options.problems.standing(),
      },
      () => null,
    );
    this.#health = healthOf(conditions);
    this.#latest = { ...unjudged, health: this.#health.health };
    return this.#latest;
  }

  metrics(): readonly MetricDescription[] {
    return this.registry.all();
  }

  latest(): KpiSample | null {
    return this.#latest;
  }

  histograms(): ReturnType<TraceHistograms['snapshot']> {
    return this.#histograms.snapshot();
  }

  get health(): Pick<HealthReport, 'health' | 'reasons'> {
    return this.#health;
  }

  #metricFailed(name: string, error: unknown): void {
    const words = `metric ${name}: ${error instanceof Error ? error.message : String(error)}`;
    const count = this.#options.problems.happened(`metric.${name}`, 'warning', words, monotonicMs());
    if ((count & (count - 1)) === 0) {
      this.#options.log('warn', 'metric.failed', { name, message: words, count });
    }
  }
}
