import type { EngineSnapshot, RawFrame, ResultPacket, Saying, Settings } from '../../src-shared/index.ts';
import { initQueues, type PipelineQueues } from '../pipeline/index.ts';
import { AddressRules } from './address-rules.ts';
import { Announcer } from './announcer.ts';
import { DisplayFeed } from './display-feed.ts';
import type { EngineOptions } from './engine-options.ts';
import { InferenceDesk } from './inference-desk.ts';
import { LivePath } from './live-path.ts';
import { LogDesk } from './log-desk.ts';
import { ModelDesk } from './model-desk.ts';
import { MonitoringDesk, type MonitoringInputs } from './monitoring-desk.ts';
import type { EnginePart } from './part.ts';
import { ProblemDesk } from './problem-desk.ts';
import { PublisherSlot } from './publisher-slot.ts';
import { RecordingDesk } from './recording-desk.ts';
import { RecordingShelf } from './recording-shelf.ts';
import { SourceDesk } from './source-desk.ts';
import { SpaceDesk } from './space/index.ts';

/** Where frames and results pass through the engine's own hands, and what it says of itself. */
export interface EngineFlow {
  /** From the source, before anything is done with it. */
  received(frame: RawFrame): void;
  /** A finished result leaves; must not block. */
  send(packet: ResultPacket): void;
  /** After `send`, with the complete trace. */
  sent(packet: ResultPacket): void;
  snapshot(): EngineSnapshot;
}

/**
 * The parts of one engine, built from Settings and joined: which part tells which when something happens. Nothing runs
 * yet; parts call each other only once they are started, so the order they are built in says nothing.
 */
export class EngineParts {
  readonly addressRules: AddressRules;
  readonly announcer: Announcer;
  readonly displays = new DisplayFeed();
  readonly problems: ProblemDesk;
  readonly queues: PipelineQueues;
  readonly inference: InferenceDesk;
  readonly livePath: LivePath;
  readonly publisher: PublisherSlot;
  readonly source: SourceDesk;
  readonly monitoring: MonitoringDesk;
  readonly logDesk: LogDesk;
  readonly recording: RecordingDesk;
  readonly shelf: RecordingShelf;
  readonly space: SpaceDesk;
  readonly models: ModelDesk;
  /** Told of changed settings in this order: masks have somewhere to go before new frames come. */
  readonly followingSettings: readonly EnginePart[];
  readonly #options: EngineOptions;
  readonly #flow: EngineFlow;

  constructor(options: EngineOptions, flow: EngineFlow) {
    this.#options = options;
    this.#flow = flow;
    const settings = this.#settings;
    this.addressRules = new AddressRules(options.recordingFolders);
    this.announcer = new Announcer(() => flow.snapshot());
    this.problems = new ProblemDesk(options.logs.log, this.#changed);
    this.queues = initQueues({
      rtSize: settings['queues.rtSize'],
      gpuSize: settings['queues.gpuSize'],
      outSize: settings['queues.outSize'],
    });
    this.inference = this.#buildInference(settings);
    this.livePath = this.#buildLivePath(settings);
    this.publisher = new PublisherSlot({ changed: this.#changed, problem: this.#linkTrouble });
    this.source = this.#buildSource();
    this.monitoring = this.#buildMonitoring(settings);
    this.logDesk = new LogDesk(options);
    this.recording = this.#buildRecording();
    this.shelf = new RecordingShelf(this.recording, options.logs.log);
    this.space = this.#buildSpace(settings);
    this.models = this.#buildModels();
    this.followingSettings = [this.livePath, this.inference, this.publisher, this.source, this.monitoring, this.space];
  }

  /** In force right now. */
  get #settings(): Settings {
    return this.#options.settings.current;
  }

  readonly #changed = (): void => this.announcer.changed();

  readonly #linkTrouble = (key: string, what: Saying | string): void => this.problems.linkTrouble(key, what);

  #buildInference(settings: Settings): InferenceDesk {
    return new InferenceDesk({
      host: this.#options,
      settings,
      log: this.#options.logs.log,
      problems: this.problems.board,
      unavailable: (why) => this.publisher.announceUnavailable(why),
      changed: this.#changed,
      saveSettings: (patch) => void this.#options.settings.update(patch),
      frames: {
        result: (result) => this.livePath.resultArrived(result),
        dropped: (handle, reason) => this.livePath.handedOverDropped(handle, reason),
        credit: () => this.livePath.pump(),
      },
    });
  }

  #buildLivePath(settings: Settings): LivePath {
    const livePath = new LivePath(this.queues, settings['queues.gpuSize'], this.inference.port, {
      send: (packet) => this.#flow.send(packet),
      sent: (packet) => this.#flow.sent(packet),
      unanswered: (frame) => this.source.answered(frame),
    });
    livePath.setModelEnabled(settings['model.enabled']);
    return livePath;
  }

  #buildSource(): SourceDesk {
    return new SourceDesk({
      log: this.#options.logs.log,
      frame: (frame) => this.#flow.received(frame),
      lost: (why) => {
        this.livePath.abandonFrames();
        this.recording.sourceBroken();
        this.publisher.announceUnavailable(why);
      },
      stillLost: (why) => this.publisher.announceUnavailable(why),
      ended: () => {
        this.livePath.abandonFrames();
        this.publisher.forgetSource();
        this.displays.restart();
        this.space.sourceChanged();
        this.monitoring.sourceChanged();
      },
      livenessChanged: () => this.announcer.snapshotNow(),
      changed: this.#changed,
      problem: this.#linkTrouble,
    });
  }

  #buildMonitoring(settings: Settings): MonitoringDesk {
    const { logs, dataDir } = this.#options;
    return new MonitoringDesk({
      logs,
      problems: this.problems.board,
      settings,
      dataDir,
      changed: this.#changed,
      inputs: () => this.#monitoringInputs(),
    });
  }

  #monitoringInputs(): MonitoringInputs {
    return {
      metrics: this.queues.getPipelineMetrics(),
      counts: this.livePath.counts(),
      coalesced: this.displays.coalesced,
      upstream: this.source.upstreamFigures(),
      syncMs: this.source.syncMs,
      inferencePid: this.inference.pid,
      provider: this.inference.figures,
      archive: this.recording.kpi(),
      liveness: this.source.liveness,
      publisher: this.publisher.describe(this.source.kind),
      inferenceLink: this.inference.link,
      modelRuns: this.#settings['model.enabled'] && this.inference.isReady,
    };
  }

  #buildRecording(): RecordingDesk {
    return new RecordingDesk({
      software: this.#options.build,
      defaultFolder: this.#options.recordingsDir,
      settings: () => this.#settings,
      queue: this.queues.getQueueRaw(),
      problems: this.problems.board,
      log: this.#options.logs.log,
      source: () => this.source.recorded,
      changed: this.#changed,
    });
  }

  #buildSpace(settings: Settings): SpaceDesk {
    return new SpaceDesk({
      geometry: settings['space.geometry'],
      publish: (surface) => this.publisher.publishSurface(surface),
      changed: this.#changed,
    });
  }

  #buildModels(): ModelDesk {
    const { modelsDir, userModelsDir, spawnInference, logs } = this.#options;
    return new ModelDesk({
      folders: { shipped: modelsDir, user: userModelsDir },
      spawnInference,
      log: logs.log,
      checkPath: (file) => this.addressRules.checkPath('model', file),
      activeId: () => this.#settings['model.id'],
    });
  }
}
