import type {
  CommandArguments,
  CommandName,
  CommandResults,
  ConnectionTest,
  EngineSnapshot,
  KpiSample,
  PipelineMetrics,
  RawFrame,
  ResultPacket,
  SettingKey,
  Settings,
  SettingsPatch,
} from '../../src-shared/index.ts';
import { publicSettings, say, settingInfo, withoutMasks } from '../../src-shared/index.ts';
import type { EngineBackend, EngineListener } from '../gateway/index.ts';
import type { SpawnInference } from '../inference/index.ts';
import { type Logs, ProblemBoard } from '../monitoring/index.ts';
import { initQueues, monotonicMs, type PipelineQueues } from '../pipeline/index.ts';
import { AddressRules, checkOwnerOnly } from './address-rules.ts';
import { Announcer } from './announcer.ts';
import { CommandQueue } from './commands.ts';
import { testPublisher, testSource } from './connection-test.ts';
import { DisplayFeed, type DisplayHandle, type DisplaySink, type Painted } from './display-feed.ts';
import { InferenceDesk } from './inference-desk.ts';
import { lagLimitMs } from './inference-options.ts';
import { LivePath } from './live-path.ts';
import { LogDesk } from './log-desk.ts';
import { ModelDesk } from './model-desk.ts';
import { MonitoringDesk } from './monitoring-desk.ts';
import type { EnginePart } from './part.ts';
import { PublisherSlot } from './publisher-slot.ts';
import { RecordingDesk } from './recording-desk.ts';
import { RecordingShelf } from './recording-shelf.ts';
import type { SettingsStore } from './settings-store.ts';
import { SourceDesk } from './source-desk.ts';
import { SpaceDesk } from './space/index.ts';

export interface EngineOptions {
  readonly build: string;
  readonly settings: SettingsStore;
  readonly spawnInference: SpawnInference;
  readonly modelsDir: string;
  /** Where models that users add lie; null: nowhere. */
  readonly userModelsDir: string | null;
  /** Where a console may open recordings from (design, section 8). */
  readonly recordingFolders: readonly string[];
  /** Where recordings go when no setting says otherwise. */
  readonly recordingsDir: string;
  /** Logs, history, recordings; null: nothing is kept (measuring, tests). */
  readonly dataDir: string | null;
  /** Closed by whoever opened them, after the engine. */
  readonly logs: Logs;
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
  readonly monitoring: MonitoringDesk;
  readonly logDesk: LogDesk;
  readonly #settings: SettingsStore;
  readonly #logs: Logs;
  readonly #problems = new ProblemBoard();
  readonly #displays = new DisplayFeed();
  readonly #commands: CommandQueue;
  readonly #addressRules: AddressRules;
  readonly #inference: InferenceDesk;
  readonly #livePath: LivePath;
  readonly #source: SourceDesk;
  readonly #publisher: PublisherSlot;
  readonly #recording: RecordingDesk;
  readonly #shelf: RecordingShelf;
  readonly #space: SpaceDesk;
  /** Told of changed settings in this order: masks have somewhere to go before new frames come. */
  readonly #parts: readonly EnginePart[];
  readonly #announcer = new Announcer(() => this.snapshot());
  readonly #sentListeners = new Set<(packet: ResultPacket) => void>();
  readonly #timers: NodeJS.Timeout[] = [];
  #isClosing = false;

  constructor(options: EngineOptions) {
    this.build = options.build;
    this.#settings = options.settings;
    this.#logs = options.logs;
    this.#addressRules = new AddressRules(options.recordingFolders);
    const settings = options.settings.current;
    this.queues = initQueues({
      rtSize: settings['queues.rtSize'],
      gpuSize: settings['queues.gpuSize'],
      outSize: settings['queues.outSize'],
    });
    this.#inference = this.#buildInference(options, settings);
    this.#livePath = new LivePath(this.queues, settings['queues.gpuSize'], this.#inference.port, {
      send: (packet) => this.#send(packet),
      sent: (packet) => this.#sent(packet),
      unanswered: (frame) => this.#source.answered(frame),
    });
    this.#livePath.setModelEnabled(settings['model.enabled']);
    this.#publisher = new PublisherSlot({
      changed: () => this.#announcer.changed(),
      problem: (key, message) => this.#problem(key, message),
    });
    this.#source = this.#buildSource();
    this.monitoring = this.#buildMonitoring(options, settings);
    this.logDesk = new LogDesk(options);
    this.#recording = this.#buildRecording(options);
    this.#shelf = new RecordingShelf(this.#recording, options.logs.log);
    this.#space = new SpaceDesk({
      geometry: settings['space.geometry'],
      publish: (surface) => this.#publisher.publishSurface(surface),
      changed: () => this.#announcer.changed(),
    });
    this.#commands = new CommandQueue(this, this.#shelf, this.#buildModelDesk(options), this.#space);
    this.#parts = [
      { settingsChanged: (changed, current) => this.#ownSettingsChanged(changed, current) },
      this.#inference,
      this.#publisher,
      this.#source,
      this.monitoring,
      this.#space,
    ];
  }

  /** Starts everything; comes back when the publisher listens or has said why not. Nothing here fails the engine. */
  async start(): Promise<void> {
    if (this.#settings.fileProblem !== null) {
      this.#problems.stands(
        'settings.file',
        'warning',
        say('settings.unreadable', { why: this.#settings.fileProblem }),
        monotonicMs(),
      );
    }
    this.#settings.onSaveProblem((problem) => this.#noteSaveProblem(problem));
    this.#inference.start();
    this.monitoring.start();
    // Mending what a crash cut off may take a while; masks must not wait for it.
    void this.#recording.start();
    await this.#publisher.open(this.#settings.current);
    await this.openSource();
    const { 'kpi.intervalS': intervalS } = this.#settings.current;
    this.#timers.push(
      setInterval(() => this.#source.judgeLiveness(), LIVENESS_TICK_MS),
      setInterval(() => this.#sample(), intervalS * 1000),
      setInterval(() => this.#announcer.snapshotNow(), SNAPSHOT_MS),
    );
  }

  /** Ends everything; a command in progress is given a moment to finish, and no further one is taken. */
  async close(): Promise<void> {
    this.#isClosing = true;
    this.#source.closing();
    this.#publisher.closing();
    await this.#commands.idle(COMMAND_GRACE_MS);
    for (const timer of this.#timers) {
      clearInterval(timer);
    }
    this.#livePath.abandonFrames();
    this.#publisher.announceUnavailable('the engine is closing');
    await Promise.all([this.#source.close(), this.#publisher.close(), this.#recording.close(), this.#shelf.close()]);
    await Promise.all([this.#inference.close(), this.monitoring.close()]);
    await this.#settings.settled();
  }

  now(): number {
    return monotonicMs();
  }

  pipelineMetrics(): PipelineMetrics {
    return this.queues.getPipelineMetrics();
  }

  latestKpi(): KpiSample | null {
    return this.monitoring.latest();
  }

  /** received, sent, dropped and in flight right now: the identity of design section 4. */
  counts(): ReturnType<LivePath['counts']> {
    return this.#livePath.counts();
  }

  attachDisplay(sink: DisplaySink): DisplayHandle {
    return this.#displays.attach(sink);
  }

  /** Tells of every picture a console paints; returns what ends that. */
  onPainted(listener: (painted: Painted) => void): () => void {
    return this.#displays.onPainted(listener);
  }

  subscribe(listener: EngineListener): () => void {
    return this.#announcer.subscribe(listener);
  }

  /** Something outside the engine stands wrong until it is said again with null (HTTP access, for one). */
  noteStanding(key: string, message: string | null): void {
    if (message === null) {
      this.#problems.clear(key);
    } else {
      this.#problems.stands(key, 'warning', say('access.open', { why: message }), monotonicMs());
    }
    this.#announcer.changed();
  }

  /** Every result in the moment it was sent, with its complete trace; for measuring. Returns the unsubscriber. */
  onSent(listener: (packet: ResultPacket) => void): () => void {
    this.#sentListeners.add(listener);
    return () => this.#sentListeners.delete(listener);
  }

  get inferencePid(): number | null {
    return this.#inference.pid;
  }

  execute<N extends CommandName>(name: N, args: CommandArguments<N>): Promise<CommandResults[N]> {
    if (this.#isClosing) {
      return Promise.reject(new Error('the engine is closing'));
    }
    return this.#commands.run(name, args);
  }

  logBundle(name: string): Promise<Uint8Array | null> {
    return this.logDesk.read(name);
  }

  snapshot(): EngineSnapshot {
    return {
      build: this.build,
      ...this.#source.describe(),
      inference: this.#inference.describe(),
      publisher: this.#publisher.describe(this.#source.kind),
      recording: this.#recording.describe(),
      space: this.#space.describe(),
      settings: publicSettings(this.#settings.current),
      settingOverrides: this.#settings.overrides,
      awaitingRestart: this.#settings.awaitingRestart,
      problems: this.#problems.current(monotonicMs()),
      health: this.monitoring.healthNow,
      alerts: this.monitoring.alertDesk.active(),
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
    checkOwnerOnly(patch, before);
    this.#addressRules.check(patch, before['publish.allowedPeers']);
    this.#inference.check(patch);
    const valid = this.#settings.update(withoutMasks(patch));
    const settings = this.#settings.current;
    const changed = (Object.keys(valid) as SettingKey[]).filter(
      (key) => JSON.stringify(before[key]) !== JSON.stringify(settings[key]),
    );
    const keys = new Set(changed);
    for (const part of this.#parts) {
      await part.settingsChanged(keys, settings);
    }
    this.#announcer.changed();
    return changed.filter((key) => !settingInfo(key).live);
  }

  /** @throws {BadSourceAddress | BadEndpoint | AddressRefused} for an address that a console may not set either. */
  testSource(address: string): Promise<ConnectionTest> {
    this.#addressRules.check({ 'source.address': address }, []);
    return testSource(address, this.settings);
  }

  testPublisher(address: string): Promise<ConnectionTest> {
    return testPublisher(address, this.settings['publish.allowedPeers'], this.snapshot().publisher.address);
  }

  /** (Re)connects the source of the settings in force. */
  openSource(): Promise<void> {
    return this.#source.open(this.#settings.current);
  }

  /** Ends the source until it is opened again. */
  closeSource(): Promise<void> {
    return this.#source.disconnect();
  }

  /** Winding a recording that is the source. */
  get replay(): SourceDesk['replay'] {
    return this.#source.replay;
  }

  openPublisher(): Promise<void> {
    return this.#publisher.open(this.#settings.current);
  }

  closePublisher(): Promise<void> {
    return this.#publisher.disconnect();
  }

  /** @throws in words when there is no room, or one is being made. */
  startRecording(label: string | null): Promise<{ name: string }> {
    return this.#recording.begin(label, 'an operator began it');
  }

  /** @throws in words when none is being made. */
  stopRecording(): Promise<{ name: string; frames: number; lost: number }> {
    return this.#recording.end('an operator stopped it');
  }

  #ownSettingsChanged(changed: ReadonlySet<SettingKey>, settings: Settings): void {
    if (changed.has('model.enabled')) {
      this.#livePath.setModelEnabled(settings['model.enabled']);
    }
  }

  #buildSource(): SourceDesk {
    return new SourceDesk({
      log: this.#logs.log,
      frame: (frame) => this.#receive(frame),
      lost: (why) => {
        this.#livePath.abandonFrames();
        this.#recording.sourceBroken();
        this.#publisher.announceUnavailable(why);
      },
      stillLost: (why) => this.#publisher.announceUnavailable(why),
      ended: () => {
        this.#livePath.abandonFrames();
        this.#publisher.forgetSource();
        this.#displays.restart();
        this.#space.sourceChanged();
        this.monitoring.sourceChanged();
      },
      livenessChanged: () => this.#announcer.snapshotNow(),
      changed: () => this.#announcer.changed(),
      problem: (key, message) => this.#problem(key, message),
    });
  }

  #buildRecording(options: EngineOptions): RecordingDesk {
    return new RecordingDesk({
      software: options.build,
      defaultFolder: options.recordingsDir,
      settings: () => this.#settings.current,
      queue: this.queues.getQueueRaw(),
      problems: this.#problems,
      log: options.logs.log,
      source: () => this.#source.recorded,
      changed: () => this.#announcer.changed(),
    });
  }

  #buildModelDesk({ modelsDir, userModelsDir, spawnInference, logs }: EngineOptions): ModelDesk {
    return new ModelDesk({
      folders: { shipped: modelsDir, user: userModelsDir },
      spawnInference,
      log: logs.log,
      checkPath: (file) => this.#addressRules.checkPath('model', file),
      activeId: () => this.settings['model.id'],
    });
  }

  #buildInference(options: EngineOptions, settings: Settings): InferenceDesk {
    return new InferenceDesk({
      host: options,
      settings,
      log: options.logs.log,
      problems: this.#problems,
      unavailable: (why) => this.#publisher.announceUnavailable(why),
      changed: () => this.#announcer.changed(),
      saveSettings: (patch) => void this.#settings.update(patch),
      frames: {
        result: (result) => this.#livePath.resultArrived(result),
        dropped: (handle, reason) => this.#livePath.handedOverDropped(handle, reason),
        credit: () => this.#livePath.pump(),
      },
    });
  }

  #buildMonitoring({ logs, dataDir }: EngineOptions, settings: Settings): MonitoringDesk {
    return new MonitoringDesk({
      logs,
      problems: this.#problems,
      settings,
      dataDir,
      changed: () => this.#announcer.changed(),
      inputs: () => ({
        metrics: this.pipelineMetrics(),
        counts: this.#livePath.counts(),
        coalesced: this.#displays.coalesced,
        upstream: this.#source.upstreamFigures(),
        syncMs: this.#source.syncMs,
        inferencePid: this.inferencePid,
        provider: this.#inference.figures,
        archive: this.#recording.kpi(),
        liveness: this.#source.liveness,
        publisher: this.#publisher.describe(this.#source.kind),
        inferenceLink: this.#inference.link,
        modelRuns: this.settings['model.enabled'] && this.#inference.isReady,
      }),
    });
  }

  #noteSaveProblem(problem: string | null): void {
    if (problem === null) {
      this.#problems.clear('settings.save');
    } else {
      this.#problems.stands('settings.save', 'warning', say('settings.unsaved', { why: problem }), monotonicMs());
      this.#logs.log('warn', 'settings.save', { message: problem });
    }
    this.#announcer.changed();
  }

  #receive(frame: RawFrame): void {
    this.monitoring.frameReceived();
    // First: recorded is what was received, whatever becomes of it.
    this.#recording.frame(frame);
    this.#livePath.receive(frame);
    this.#displays.offerRaw(frame, this.#inference.noMaskAfterMs);
  }

  #send(packet: ResultPacket): void {
    if (packet.result?.kind === 'mask') {
      this.#publisher.publish(packet);
    } else if (packet.result !== null) {
      this.#publisher.announceUnavailable(`${packet.modelId} gives boxes, no masks`);
    } else if (packet.state === 'ai-off' || packet.state === 'ai-failed') {
      this.#publisher.announceUnavailable(packet.reason ?? 'the model is switched off');
    }
  }

  #sent(packet: ResultPacket): void {
    if (packet.result !== null) {
      this.monitoring.maskSent(packet.trace);
    }
    this.#inference.answered(packet);
    this.#displays.offerPair(packet);
    this.#recording.result(packet);
    this.#space.result(packet);
    this.#source.answered(packet.frame);
    for (const listener of this.#sentListeners) {
      listener(packet);
    }
  }

  #sample(): void {
    const maxLagMs = lagLimitMs(this.settings, this.#source.periodMs);
    this.#livePath.setMaxLagMs(maxLagMs);
    this.#inference.setMaxLagMs(maxLagMs);
    this.#announcer.kpi(this.monitoring.sample());
  }

  #problem(key: string, message: string): void {
    const code = key.startsWith('source.') ? 'source.message-refused' : 'publisher.trouble';
    const count = this.#problems.happened(key, 'warning', say(code, { why: message }), monotonicMs());
    // The first is news, then every doubling: a stream of bad messages must not become a stream of log lines.
    if ((count & (count - 1)) === 0) {
      this.#logs.log('warn', key, { message, count });
    }
  }
}
