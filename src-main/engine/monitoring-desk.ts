import {
  type AlertOverview,
  type HealthReport,
  type HistoryQuery,
  type HistoryRow,
  type InferenceLink,
  type KpiSample,
  type LatencyTrace,
  type Liveness,
  type MetricDescription,
  type MonitoringView,
  type PipelineMetrics,
  type PublisherLink,
  type SettingKey,
  type Settings,
  say,
} from '../../src-shared/index.ts';
import {
  type ArchiveFigures,
  DiskProbe,
  flatRow,
  GpuProbe,
  HistoryBuckets,
  HistoryStore,
  KpiSampler,
  type Logs,
  MetricRegistry,
  OtherProcessProbe,
  OwnProcessProbe,
  type ProblemBoard,
  type ProviderFigures,
  SampleRing,
  TraceHistograms,
  type UpstreamFigures,
} from '../monitoring/index.ts';
import { type LedgerCounts, monotonicMs } from '../pipeline/index.ts';
import { AlertDesk } from './alert-desk.ts';
import { registerLoopDelay } from './loop-delay.ts';
import type { EnginePart } from './part.ts';

/** What the rest of the engine knows when a sample is taken. */
export interface MonitoringInputs {
  readonly metrics: PipelineMetrics;
  readonly counts: LedgerCounts;
  readonly coalesced: number;
  readonly upstream: UpstreamFigures;
  readonly syncMs: number | null;
  readonly inferencePid: number | null;
  readonly provider: ProviderFigures;
  readonly archive: ArchiveFigures;
  readonly liveness: Liveness;
  readonly publisher: { readonly link: PublisherLink; readonly address: string };
  readonly inferenceLink: InferenceLink;
  /** The model is wanted and its process is ready. */
  readonly modelRuns: boolean;
}

export interface MonitoringDeskOptions {
  readonly logs: Logs;
  readonly problems: ProblemBoard;
  readonly settings: Settings;
  /** Whose disk is watched; null: none is. */
  readonly dataDir: string | null;
  readonly inputs: () => MonitoringInputs;
  /** Something a console shows has changed. */
  readonly changed: () => void;
}

/** Everything the pipeline knows about itself, once a second: figures, their history, health and alerts. */
export class MonitoringDesk implements EnginePart, MonitoringView {
  readonly registry: MetricRegistry;
  readonly #options: MonitoringDeskOptions;
  readonly #kpi = new KpiSampler(monotonicMs());
  readonly #histograms = new TraceHistograms();
  readonly alertDesk: AlertDesk;
  readonly #ring: SampleRing;
  readonly #gpu: GpuProbe;
  readonly #own = new OwnProcessProbe();
  readonly #other = new OtherProcessProbe();
  readonly #disk: DiskProbe | null;
  readonly #history: HistoryStore | null;
  #settings: Settings;
  #latest: KpiSample | null = null;

  constructor(options: MonitoringDeskOptions) {
    this.#options = options;
    this.#settings = options.settings;
    this.alertDesk = new AlertDesk({ ...options, log: options.logs.log, disk: options.logs.disk });
    this.#ring = new SampleRing(options.settings['kpi.historySamples']);
    this.registry = new MetricRegistry((name, error) => this.#metricFailed(name, error));
    registerLoopDelay(this.registry);
    this.#gpu = new GpuProbe(
      options.settings['gpu.probe'],
      { state: (state, reason) => options.logs.log('info', 'gpu.probe', { state, reason }) },
      monotonicMs,
    );
    this.#disk = options.dataDir === null ? null : new DiskProbe(options.dataDir);
    const { dataDir, logs, settings } = options;
    this.#history =
      dataDir === null || logs.disk === null ? null : new HistoryStore(dataDir, logs.disk, settings['kpi.historyDays']);
    logs.onProblem((problem) => this.#noteLogProblem(problem));
  }

  start(): void {
    this.#gpu.start();
    void this.#remember();
    void this.alertDesk.start();
  }

  async close(): Promise<void> {
    await Promise.all([this.#gpu.close(), this.#history?.close(), this.alertDesk.close()]);
  }

  settingsChanged(changed: ReadonlySet<SettingKey>, settings: Settings): void {
    this.#settings = settings;
    this.#options.logs.configure(settings);
    this.alertDesk.settingsChanged(changed, settings);
    if (changed.has('kpi.historyDays')) {
      this.#history?.setDays(settings['kpi.historyDays']);
    }
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
    this.alertDesk.sourceChanged();
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
      provider: inputs.provider,
      archive: inputs.archive,
      diskFreeMb: this.#disk?.freeMb(nowMs) ?? null,
      logLost: this.#options.logs.lost,
      custom: this.registry.values(),
    });
    const { liveness, publisher, modelRuns } = inputs;
    this.#latest = this.alertDesk.judge(unjudged, { liveness, publisher, modelRuns });
    this.#ring.add(this.#latest);
    this.#options.logs.kpi(this.#latest);
    this.#history?.add(this.#latest, this.metrics());
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

  recent(count: number): readonly KpiSample[] {
    return this.#ring.newest(count);
  }

  /** From disk; where nothing is kept there, from memory. @throws {HistoryUnreadable} */
  async range(query: HistoryQuery): Promise<readonly HistoryRow[]> {
    return this.#history !== null && this.#settings['kpi.historyDays'] > 0
      ? this.#history.range(query)
      : this.#rangeInMemory(query);
  }

  /** Worst of the alerts that are not over. */
  get healthNow(): Pick<HealthReport, 'health' | 'reasons'> {
    return this.alertDesk.health();
  }

  health(): HealthReport {
    const { inferenceLink, liveness } = this.#options.inputs();
    const notReady = [
      ...(this.#latest === null ? ['no sample has been taken yet'] : []),
      ...(inferenceLink === 'ready' || inferenceLink === 'off' ? [] : [`the model is not running: ${inferenceLink}`]),
      ...(liveness === 'SOURCE FAILED' ? ['the source cannot be used'] : []),
    ];
    return { ...this.healthNow, live: true, ready: notReady.length === 0, notReady };
  }

  alerts(): AlertOverview {
    return this.alertDesk.overview();
  }

  #rangeInMemory({ from, to, points }: HistoryQuery): HistoryRow[] {
    const samples = this.#ring
      .newest(Number.MAX_SAFE_INTEGER)
      .filter(({ ts }) => ts >= (from ?? ts) && ts <= (to ?? ts));
    const metrics = this.metrics();
    const columns = metrics.map(({ name }) => name);
    const buckets = new HistoryBuckets({ from: samples[0]?.ts ?? 0, to: samples.at(-1)?.ts ?? 0, points });
    for (const sample of samples) {
      buckets.add(flatRow(sample, columns, metrics));
    }
    return buckets.rows();
  }

  /** What an earlier run left on disk is the beginning of this one's memory. */
  async #remember(): Promise<void> {
    try {
      this.#ring.fillBefore((await this.#history?.newest(this.#settings['kpi.historySamples'])) ?? []);
    } catch (error) {
      this.#options.logs.log('warn', 'history.unreadable', { message: String(error) });
    }
  }

  #noteLogProblem(problem: string | null): void {
    const { problems, logs, changed } = this.#options;
    if (problem === null) {
      problems.clear('log.disk');
      logs.log('warn', 'log.written-again', { lost: logs.lost });
    } else {
      problems.stands('log.disk', 'warning', say('logs.lost', { why: problem }), monotonicMs());
      logs.log('warn', 'log.lost', { message: problem, lost: logs.lost });
    }
    changed();
  }

  #metricFailed(name: string, error: unknown): void {
    const why = error instanceof Error ? error.message : String(error);
    const said = say('metric.failed', { name, why });
    const count = this.#options.problems.happened(`metric.${name}`, 'warning', said, monotonicMs());
    if ((count & (count - 1)) === 0) {
      this.#options.logs.log('warn', 'metric.failed', { name, message: why, count });
    }
  }
}
