import type {
  CommandArguments,
  CommandName,
  CommandResults,
  EngineSnapshot,
  KpiSample,
  Liveness,
  PipelineMetrics,
  RawFrame,
  ResultPacket,
  Settings,
  SettingsPatch,
  SourceLink,
} from '../../src-shared/index.ts';
import { settingInfo } from '../../src-shared/index.ts';
import type { SourceState } from '../acquisition/index.ts';
import type { EngineBackend, EngineListener } from '../gateway/index.ts';
import { InferenceSupervisor, type SpawnInference } from '../inference/index.ts';
import { KpiSampler, LivenessMonitor, type LogControl, ProblemBoard } from '../monitoring/index.ts';
import { initQueues, monotonicMs, type PipelineQueues } from '../pipeline/index.ts';
import { AddressRules } from './address-rules.ts';
import { Announcer } from './announcer.ts';
import { CommandQueue } from './commands.ts';
import { DisplayFeed, type DisplayHandle, type DisplaySink } from './display-feed.ts';
import { inferenceOptions, lagLimitMs } from './inference-options.ts';
import { InferenceWatch } from './inference-watch.ts';
import { LivePath } from './live-path.ts';
import { PublisherSlot } from './publisher-slot.ts';
import { samePixels } from './same-pixels.ts';
import type { SettingsStore } from './settings-store.ts';
import { SourceSlot } from './source-slot.ts';
import { UpstreamGaps } from './upstream-gaps.ts';

export interface EngineOptions {
  readonly build: string;
  readonly settings: SettingsStore;
  readonly spawnInference: SpawnInference;
  readonly modelsDir: string;
  /** Where a console may open recordings from (design, section 8). */
  readonly recordingFolders: readonly string[];
  readonly log: LogControl;
}

/** How often liveness is judged: a tenth of the shortest time it has to notice (250 ms), rounded up. */
const LIVENESS_TICK_MS = 25;
/** Consoles get a snapshot at least this often, so that their silence means something. */
const SNAPSHOT_MS = 500;
/** A command opens or closes sockets on this machine's side only: one that takes longer is not worth waiting for. */
const COMMAND_GRACE_MS = 1000;

/**
 * One stream's whole live loop, built from Settings: source -> queues -> model -> queues -> publisher and consoles.
 * Holds all counters. Never runs a model, never blocks its loop.
 */
export class Engine implements EngineBackend {
  readonly build: string;
  readonly queues: PipelineQueues;
  readonly #settings: SettingsStore;
  readonly #log: LogControl;
  readonly #problems = new ProblemBoard();
  readonly #liveness = new LivenessMonitor();
  readonly #gaps = new UpstreamGaps();
  readonly #kpi = new KpiSampler(monotonicMs());
  readonly #displays = new DisplayFeed();
  readonly #commands = new CommandQueue(this);
  readonly #addressRules: AddressRules;
  readonly #watch: InferenceWatch;
  readonly #inference: InferenceSupervisor;
  readonly #livePath: LivePath;
  readonly #source: SourceSlot;
  readonly #publisher: PublisherSlot;
  readonly #announcer = new Announcer(() => this.snapshot());
  readonly #sentListeners = new Set<(packet: ResultPacket) => void>();
  readonly #timers: NodeJS.Timeout[] = [];
  #lastFrame: RawFrame | null = null;
  #lastLiveness: Liveness = 'NO SOURCE';
  #latestKpi: KpiSample | null = null;
  #lastSourceLink: SourceLink = 'disconnected';
  /** Whether the operator wants them open: a changed setting does not bring back what was disconnected by hand. */
  readonly #wanted = { source: true, publisher: true };
  #isClosing = false;

  constructor(options: EngineOptions) {
    this.build = options.build;
    this.#settings = options.settings;
    this.#log = options.log;
    this.#addressRules = new AddressRules(options.recordingFolders);
    const settings = options.settings.current;
    this.queues = initQueues({
      rtSize: settings['queues.rtSize'],
      gpuSize: settings['queues.gpuSize'],
      outSize: settings['queues.outSize'],
    });
    this.#watch = new InferenceWatch({
      log: options.log.log,
      problems: this.#problems,
      unavailable: (why) => this.#publisher.announceUnavailable(why),
    });
    this.#inference = this.#buildInference(options, settings);
    const supervisor = this.#inference;
    this.#livePath = new LivePath(
      this.queues,
      settings['queues.gpuSize'],
      {
        get hasCredit() {
          return supervisor.hasCredit;
        },
        get isReady() {
          return supervisor.state.link === 'ready';
        },
        submit: (frame) => supervisor.submit(frame),
      },
      { send: (packet) => this.#send(packet), sent: (packet) => this.#sent(packet) },
    );
    this.#livePath.setModelEnabled(settings['model.enabled']);
    this.#publisher = new PublisherSlot({
      changed: () => this.#announcer.changed(),
      problem: (key, message) => this.#problem(key, message),
    });
    this.#source = new SourceSlot({
      frame: (frame) => this.#receive(frame),
      heard: () => this.#liveness.heard(monotonicMs()),
      keepAlive: () => this.#liveness.keepAlive(monotonicMs()),
      state: (state) => {
        this.#noteSource(state);
      },
      problem: (key, message) => this.#problem(key, message),
    });
  }

  /** Starts everything; comes back when the publisher listens or has said why not. Nothing here fails the engine. */
  async start(): Promise<void> {
    if (this.#settings.fileProblem !== null) {
      this.#problems.stands('settings.file', 'warning', this.#settings.fileProblem, monotonicMs());
    }
    this.#settings.onSaveProblem((problem) => this.#noteSaveProblem(problem));
    this.#inference.start();
    await this.#publisher.open(this.#settings.current);
    await this.openSource();
    const { 'kpi.intervalS': intervalS } = this.#settings.current;
    this.#timers.push(
      setInterval(() => this.#judgeLiveness(), LIVENESS_TICK_MS),
      setInterval(() => this.#sample(), intervalS * 1000),
      setInterval(() => this.#announcer.snapshotNow(), SNAPSHOT_MS),
    );
  }

  /** Ends everything; a command in progress is given a moment to finish, and no further one is taken. */
  async close(): Promise<void> {
    this.#isClosing = true;
    await this.#commands.idle(COMMAND_GRACE_MS);
    for (const timer of this.#timers) {
      clearInterval(timer);
    }
    this.#livePath.abandonFrames();
    this.#publisher.announceUnavailable('the engine is closing');
    await Promise.all([this.#source.close(), this.#publisher.close(), this.#inference.close()]);
    await this.#settings.settled();
  }

  now(): number {
    return monotonicMs();
  }

  pipelineMetrics(): PipelineMetrics {
    return this.queues.getPipelineMetrics();
  }

  latestKpi(): KpiSample | null {
    return this.#latestKpi;
  }

  /** received, sent, dropped and in flight right now: the identity of design section 4. */
  counts(): ReturnType<LivePath['counts']> {
    return this.#livePath.counts();
  }

  attachDisplay(sink: DisplaySink): DisplayHandle {
    return this.#displays.attach(sink);
  }

  subscribe(listener: EngineListener): () => void {
    return this.#announcer.subscribe(listener);
  }

  /** Every result in the moment it was sent, with its complete trace; for measuring. Returns the unsubscriber. */
  onSent(listener: (packet: ResultPacket) => void): () => void {
    this.#sentListeners.add(listener);
    return () => this.#sentListeners.delete(listener);
  }

  get inferencePid(): number | null {
    return this.#inference.state.pid;
  }

  execute<N extends CommandName>(name: N, args: CommandArguments<N>): Promise<CommandResults[N]> {
    if (this.#isClosing) {
      return Promise.reject(new Error('the engine is closing'));
    }
    this.#log.log('info', 'command', { name });
    return this.#commands.run(name, args);
  }

  snapshot(): EngineSnapshot {
    const nowMs = monotonicMs();
    const meta = this.#lastFrame?.meta ?? null;
    return {
      build: this.build,
      source: { ...this.#source.describe(), deviceName: meta?.deviceName ?? null, size: meta?.size ?? null },
      liveness: this.#liveness.state(nowMs),
      frameAgeMs: this.#liveness.frameAgeMs(nowMs),
      framePeriodMs: this.#liveness.periodMs,
      inference: this.#watch.describe(this.#inference.state, this.settings['model.enabled']),
      publisher: this.#publisher.describe(this.#source.describe().kind),
      settings: this.#settings.current,
      problems: this.#problems.current(nowMs),
    };
  }

  get settings(): Settings {
    return this.#settings.current;
  }

  /**
   * Validates, saves and puts in force what can act now; returns the keys whose change waits for a restart.
   *
   * @throws {BadSetting | BadSourceAddress | BadEndpoint | AddressRefused} before anything is changed.
   */
  async applySettings(patch: SettingsPatch): Promise<(keyof Settings)[]> {
    const before = this.#settings.current;
    this.#addressRules.check(patch, before['publish.allowedPeers']);
    const valid = this.#settings.update(patch);
    const changed = (Object.keys(valid) as (keyof Settings)[]).filter(
      (key) => JSON.stringify(before[key]) !== JSON.stringify(this.#settings.current[key]),
    );
    const settings = this.#settings.current;
    if (changed.includes('log.mode')) {
      this.#log.setMinimum(settings['log.mode'] === 'perf' ? 'warn' : 'info');
    }
    if (changed.includes('model.enabled')) {
      this.#livePath.setModelEnabled(settings['model.enabled']);
    }
    if (changed.includes('publish.address') || changed.includes('publish.allowedPeers')) {
      await this.#reopenPublisher(changed.includes('publish.address'));
    } else if (changed.some((key) => key.startsWith('publish.'))) {
      this.#publisher.update(settings);
    }
    if (changed.some((key) => key.startsWith('source.'))) {
      await this.#reopenSource(changed.includes('source.address'));
    }
    this.#announcer.changed();
    return changed.filter((key) => !settingInfo(key).live);
  }

  /** (Re)connects the source of the settings in force. */
  async openSource(): Promise<void> {
    this.#wanted.source = true;
    await this.#endSource('the source is being changed');
    if (!this.#isClosing) {
      this.#liveness.reset(true);
      this.#source.open(this.#settings.current);
      this.#announcer.changed();
    }
  }

  /** Ends the source until it is opened again. */
  async closeSource(): Promise<void> {
    this.#wanted.source = false;
    await this.#endSource('the source was disconnected');
  }

  async openPublisher(): Promise<void> {
    this.#wanted.publisher = true;
    if (!this.#isClosing) {
      await this.#publisher.open(this.#settings.current);
      this.#announcer.changed();
    }
  }

  async closePublisher(): Promise<void> {
    this.#wanted.publisher = false;
    await this.#publisher.close();
    this.#announcer.changed();
  }

  async #reopenSource(isAnother: boolean): Promise<void> {
    if (this.#wanted.source || isAnother) {
      await this.openSource();
    }
  }

  async #reopenPublisher(isAnother: boolean): Promise<void> {
    if (this.#wanted.publisher || isAnother) {
      await this.openPublisher();
    }
  }

  /** Frames of the source that are still under way are dropped and Slicer is told, before anything is waited for. */
  async #endSource(reason: string): Promise<void> {
    const hadSource = this.#liveness.state(monotonicMs()) !== 'NO SOURCE';
    this.#liveness.reset(false);
    this.#livePath.abandonFrames();
    if (hadSource) {
      this.#publisher.announceUnavailable(reason);
    }
    this.#publisher.forgetSource();
    this.#displays.restart();
    this.#gaps.restart();
    this.#keepAsLast(null);
    this.#lastSourceLink = 'disconnected';
    await this.#source.close();
    this.#announcer.changed();
  }

  #noteSource({ link, message }: SourceState): void {
    this.#liveness.linkChanged(link, monotonicMs());
    if (link !== this.#lastSourceLink) {
      this.#log.log('info', 'source.state', { link, message });
      if (this.#lastSourceLink === 'connected') {
        this.#sourceLost(message);
      }
      this.#lastSourceLink = link;
    } else if (link !== 'connected' && message !== null) {
      // Nobody has a mask to take back; whoever connects learns the newest reason.
      this.#publisher.announceUnavailable(noFrames(message));
    }
    this.#judgeLiveness();
    this.#announcer.changed();
  }

  #buildInference(options: EngineOptions, settings: Settings): InferenceSupervisor {
    return new InferenceSupervisor(inferenceOptions(options, settings), {
      result: (result) => this.#livePath.resultArrived(result),
      dropped: (handle, reason) => this.#livePath.handedOverDropped(handle, reason),
      credit: () => this.#livePath.pump(),
      state: (state) => {
        this.#watch.changed(state);
        this.#announcer.changed();
      },
    });
  }

  #noteSaveProblem(problem: string | null): void {
    if (problem === null) {
      this.#problems.clear('settings.save');
    } else {
      this.#problems.stands('settings.save', 'warning', problem, monotonicMs());
      this.#log.log('warn', 'settings.save', { message: problem });
    }
    this.#announcer.changed();
  }

  #receive(frame: RawFrame): void {
    const identical = this.#lastFrame !== null && samePixels(this.#lastFrame.raw, frame.raw);
    this.#keepAsLast(frame);
    this.#liveness.frame(frame.receivedMs, identical);
    this.#gaps.frame(frame.meta);
    this.#kpi.frameReceived();
    this.#livePath.receive(frame);
    this.#displays.offerRaw(frame, this.settings['view.noMaskAfterMs']);
  }

  /** The newest frame is kept to compare the next one with, and to describe the source by. */
  #keepAsLast(frame: RawFrame | null): void {
    frame?.lease?.hold();
    this.#lastFrame?.lease?.release();
    this.#lastFrame = frame;
  }

  #send(packet: ResultPacket): void {
    if (packet.result !== null) {
      this.#publisher.publish(packet);
    } else if (packet.state === 'ai-off' || packet.state === 'ai-failed') {
      this.#publisher.announceUnavailable(packet.reason ?? 'the model is switched off');
    }
  }

  #sent(packet: ResultPacket): void {
    if (packet.result !== null) {
      this.#kpi.maskSent(packet.trace);
    }
    this.#watch.answered(packet);
    this.#displays.offerPair(packet);
    for (const listener of this.#sentListeners) {
      listener(packet);
    }
  }

  #judgeLiveness(): void {
    const liveness = this.#liveness.state(monotonicMs());
    if (liveness === this.#lastLiveness) {
      return;
    }
    this.#log.log('info', 'liveness', { from: this.#lastLiveness, to: liveness });
    this.#lastLiveness = liveness;
    if (liveness === 'LINK LOST') {
      this.#sourceLost('the link is lost');
    }
    this.#announcer.snapshotNow();
  }

  /** A mask that is still under way would come after the news that there are none, and stay. */
  #sourceLost(why: string | null): void {
    this.#livePath.abandonFrames();
    this.#publisher.announceUnavailable(noFrames(why ?? 'the link is lost'));
    this.#gaps.restart();
  }

  #sample(): void {
    const maxLagMs = lagLimitMs(this.settings, this.#liveness.periodMs);
    this.#livePath.setMaxLagMs(maxLagMs);
    this.#inference.setMaxLagMs(maxLagMs);
    const counts = this.#livePath.counts();
    this.#latestKpi = this.#kpi.sample(monotonicMs(), {
      metrics: this.pipelineMetrics(),
      framesReceived: counts.received,
      framesSent: counts.sent,
      framesInFlight: counts.inFlight,
      upstreamLost: this.#gaps.lost,
      coalesced: this.#displays.coalesced,
      syncMs: this.#lastFrame?.meta.pose?.skewMs ?? null,
    });
    this.#announcer.kpi(this.#latestKpi);
  }

  #problem(key: string, message: string): void {
    const count = this.#problems.happened(key, 'warning', message, monotonicMs());
    // The first is news, then every doubling: a stream of bad messages must not become a stream of log lines.
    if ((count & (count - 1)) === 0) {
      this.#log.log('warn', key, { message, count });
    }
  }
}

const noFrames = (why: string): string => `no frames from the source: ${why}`;
