import type {
  CommandArguments,
  CommandName,
  CommandResults,
  EngineSnapshot,
  KpiSample,
  MonitoringView,
  PipelineMetrics,
} from '../../src-shared/index.ts';

/** What the gateway needs of the engine; it holds no logic of its own. */
export interface EngineBackend {
  readonly build: string;
  snapshot(): EngineSnapshot;
  pipelineMetrics(): PipelineMetrics;
  readonly monitoring: MonitoringView;
  latestKpi(): KpiSample | null;
  /** Called on every change of the snapshot and on every sample; returns the unsubscriber. */
  subscribe(listener: EngineListener): () => void;
  attachDisplay(sink: { sendFrame(bytes: Uint8Array<ArrayBuffer>): void }): DisplayHandle;
  /** Monotonic ms, the clock of all frame times. */
  now(): number;
  /** A bundle of logs that the command `logs.bundle` has made; null: there is none of that name. */
  logBundle(name: string): Promise<Uint8Array | null>;
  execute<N extends CommandName>(name: N, args: CommandArguments<N>): Promise<CommandResults[N]>;
}

export interface EngineListener {
  snapshot(snapshot: EngineSnapshot): void;
  kpi(sample: KpiSample): void;
}

export interface DisplayHandle {
  /** `paintedMs`: when the console painted it, on the engine's clock; null when it did not. */
  ack(seq: number, paintedMs: number | null): void;
  detach(): void;
}
