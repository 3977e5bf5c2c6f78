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
  Saying,
  SettingKey,
  Settings,
  SettingsPatch,
} from '../../src-shared/index.ts';
import { inEnglish, publicSettings, SaidError, say, settingInfo, withoutMasks } from '../../src-shared/index.ts';
import type { EngineBackend, EngineListener } from '../gateway/index.ts';
import { type LedgerCounts, monotonicMs } from '../pipeline/index.ts';
import { checkOwnerOnly } from './address-rules.ts';
import { CommandQueue } from './commands.ts';
import { testPublisher, testSource } from './connection-test.ts';
import type { DisplayHandle, DisplaySink, Painted } from './display-feed.ts';
import type { EngineOptions } from './engine-options.ts';
import { EngineParts } from './engine-parts.ts';
import { lagLimitMs } from './inference-options.ts';
import type { LogDesk } from './log-desk.ts';
import type { MonitoringDesk } from './monitoring-desk.ts';
import type { SettingsStore } from './settings-store.ts';
import type { SourceDesk } from './source-desk.ts';

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
  readonly #settings: SettingsStore;
  readonly #parts: EngineParts;
  readonly #commands: CommandQueue;
  readonly #sentListeners = new Set<(packet: ResultPacket) => void>();
  readonly #timers: NodeJS.Timeout[] = [];
  #isClosing = false;

  constructor(options: EngineOptions) {
    this.build = options.build;
    this.#settings = options.settings;
    this.#parts = new EngineParts(options, {
      received: (frame) => this.#received(frame),
      send: (packet) => this.#send(packet),
      sent: (packet) => this.#sent(packet),
      snapshot: () => this.snapshot(),
    });
    const { shelf, models, space } = this.#parts;
    this.#commands = new CommandQueue(this, shelf, models, space);
  }

  /** Starts everything; comes back when the publisher listens or has said why not. Nothing here fails the engine. */
  async start(): Promise<void> {
    const { problems, inference, monitoring, recording, source, announcer } = this.#parts;
    problems.settingsFile(this.#settings.fileProblem);
    this.#settings.onSaveProblem((why) => problems.settingsSave(why));
    inference.start();
    monitoring.start();
    // Mending what a crash cut off may take a while; masks must not wait for it.
    void recording.start();
    await this.openPublisher();
    await this.openSource();
    const { 'kpi.intervalS': intervalS } = this.#settings.current;
    this.#timers.push(
      setInterval(() => source.judgeLiveness(), LIVENESS_TICK_MS),
      setInterval(() => this.#sample(), intervalS * 1000),
      setInterval(() => announcer.snapshotNow(), SNAPSHOT_MS),
    );
  }

  /** Ends everything; a command in progress is given a moment to finish, and no further one is taken. */
  async close(): Promise<void> {
    const { source, publisher, livePath, recording, shelf, inference, monitoring } = this.#parts;
    this.#isClosing = true;
    source.closing();
    publisher.closing();
    await this.#commands.idle(COMMAND_GRACE_MS);
    for (const timer of this.#timers) {
      clearInterval(timer);
    }
    livePath.abandonFrames();
    publisher.announceUnavailable('the engine is closing');
    await Promise.all([source.close(), publisher.close(), recording.close(), shelf.close()]);
    await Promise.all([inference.close(), monitoring.close()]);
    await this.#settings.settled();
  }

  get monitoring(): MonitoringDesk {
    return this.#parts.monitoring;
  }

  get logDesk(): LogDesk {
    return this.#parts.logDesk;
  }

  now(): number {
    return monotonicMs();
  }

  pipelineMetrics(): PipelineMetrics {
    return this.#parts.queues.getPipelineMetrics();
  }

  latestKpi(): KpiSample | null {
    return this.monitoring.latest();
  }

  /** received, sent, dropped and in flight right now: the identity of design section 4. */
  counts(): LedgerCounts {
    return this.#parts.livePath.counts();
  }

  attachDisplay(sink: DisplaySink): DisplayHandle {
    return this.#parts.displays.attach(sink);
  }

  /** Tells of every picture a console paints; returns what ends that. */
  onPainted(listener: (painted: Painted) => void): () => void {
    return this.#parts.displays.onPainted(listener);
  }

  subscribe(listener: EngineListener): () => void {
    return this.#parts.announcer.subscribe(listener);
  }

  /** Something outside the engine stands wrong until it is said again with null (HTTP access, for one). */
  noteStanding(key: string, why: Saying | null): void {
    this.#parts.problems.access(key, why);
  }

  /** Every result in the moment it was sent, with its complete trace; for measuring. Returns the unsubscriber. */
  onSent(listener: (packet: ResultPacket) => void): () => void {
    this.#sentListeners.add(listener);
    return () => this.#sentListeners.delete(listener);
  }

  get inferencePid(): number | null {
    return this.#parts.inference.pid;
  }

  execute<N extends CommandName>(name: N, args: CommandArguments<N>): Promise<CommandResults[N]> {
    if (this.#isClosing) {
      return Promise.reject(new SaidError(say('engine.closing')));
    }
    return this.#commands.run(name, args);
  }

  logBundle(name: string): Promise<Uint8Array | null> {
    return this.logDesk.read(name);
  }

  snapshot(): EngineSnapshot {
    const { source, inference, publisher, recording, space, problems, monitoring } = this.#parts;
    return {
      build: this.build,
      ...source.describe(),
      inference: inference.describe(),
      publisher: publisher.describe(source.kind),
      recording: recording.describe(),
      space: space.describe(),
      settings: publicSettings(this.#settings.current),
      settingOverrides: this.#settings.overrides,
      awaitingRestart: this.#settings.awaitingRestart,
      problems: problems.board.current(monotonicMs()),
      health: monitoring.healthNow,
      alerts: monitoring.alertDesk.active(),
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
    this.#parts.addressRules.check(patch, before['publish.allowedPeers']);
    this.#parts.inference.check(patch);
    const valid = this.#settings.update(withoutMasks(patch));
    const settings = this.#settings.current;
    const changed = (Object.keys(valid) as SettingKey[]).filter(
      (key) => JSON.stringify(before[key]) !== JSON.stringify(settings[key]),
    );
    const keys = new Set(changed);
    for (const part of this.#parts.followingSettings) {
      await part.settingsChanged(keys, settings);
    }
    this.#parts.announcer.changed();
    return changed.filter((key) => !settingInfo(key).live);
  }

  /** @throws {BadSourceAddress | BadEndpoint | AddressRefused} for an address that a console may not set either. */
  testSource(address: string): Promise<ConnectionTest> {
    this.#parts.addressRules.check({ 'source.address': address }, []);
    return testSource(address, this.settings);
  }

  testPublisher(address: string): Promise<ConnectionTest> {
    return testPublisher(address, this.settings['publish.allowedPeers'], this.snapshot().publisher.address);
  }

  /** (Re)connects the source of the settings in force. */
  openSource(): Promise<void> {
    return this.#parts.source.open(this.#settings.current);
  }

  /** Ends the source until it is opened again. */
  closeSource(): Promise<void> {
    return this.#parts.source.disconnect();
  }

  /** Winding a recording that is the source. */
  get replay(): SourceDesk['replay'] {
    return this.#parts.source.replay;
  }

  openPublisher(): Promise<void> {
    return this.#parts.publisher.open(this.#settings.current);
  }

  closePublisher(): Promise<void> {
    return this.#parts.publisher.disconnect();
  }

  /** @throws in words when there is no room, or one is being made. */
  startRecording(label: string | null): Promise<{ name: string }> {
    return this.#parts.recording.begin(label, 'an operator began it');
  }

  /** @throws in words when none is being made. */
  stopRecording(): Promise<{ name: string; frames: number; lost: number }> {
    return this.#parts.recording.end('an operator stopped it');
  }

  #received(frame: RawFrame): void {
    const { monitoring, recording, livePath, displays, inference } = this.#parts;
    monitoring.frameReceived();
    // First: recorded is what was received, whatever becomes of it.
    recording.frame(frame);
    livePath.receive(frame);
    displays.offerRaw(frame, inference.noMaskAfterMs);
  }

  #send(packet: ResultPacket): void {
    const { publisher } = this.#parts;
    if (packet.result?.kind === 'mask') {
      publisher.publish(packet);
    } else if (packet.result !== null) {
      publisher.announceUnavailable(`${packet.modelId} gives boxes, no masks`);
    } else if (packet.state === 'ai-off' || packet.state === 'ai-failed') {
      publisher.announceUnavailable(inEnglish(packet.reason ?? 'the model is switched off'));
    }
  }

  #sent(packet: ResultPacket): void {
    const { monitoring, inference, displays, recording, space, source } = this.#parts;
    if (packet.result !== null) {
      monitoring.maskSent(packet.trace);
    }
    inference.answered(packet);
    displays.offerPair(packet);
    recording.result(packet);
    space.result(packet);
    source.answered(packet.frame);
    for (const listener of this.#sentListeners) {
      listener(packet);
    }
  }

  #sample(): void {
    const { source, livePath, inference, announcer, monitoring } = this.#parts;
    const maxLagMs = lagLimitMs(this.settings, source.periodMs);
    livePath.setMaxLagMs(maxLagMs);
    inference.setMaxLagMs(maxLagMs);
    announcer.kpi(monitoring.sample());
  }
}
