import {
  type EngineSnapshot,
  type InferenceLink,
  inEnglish,
  type ResultPacket,
  type Saying,
  type SettingKey,
  type Settings,
  type SettingsPatch,
  say,
} from '../../src-shared/index.ts';
import { checkModel, type ModelChoice, ModelSwitch, type ModelSwitchListener } from '../inference/index.ts';
import type { Log, ProblemBoard, ProviderFigures } from '../monitoring/index.ts';
import { monotonicMs } from '../pipeline/index.ts';
import {
  CHOICE_KEYS,
  type InferenceHost,
  inferenceOptions,
  maskOptions,
  modelChoice,
  modelFolders,
} from './inference-options.ts';
import { InferenceWatch } from './inference-watch.ts';
import type { InferencePort } from './live-path.ts';
import { changedInGroup, type EnginePart } from './part.ts';

export interface InferenceDeskOptions {
  readonly host: InferenceHost;
  readonly settings: Settings;
  readonly log: Log;
  readonly problems: ProblemBoard;
  /** Slicer must learn that no masks come, and why. */
  readonly unavailable: (why: string) => void;
  readonly changed: () => void;
  /** Puts settings in force and saves them, without telling the parts. */
  readonly saveSettings: (patch: SettingsPatch) => void;
  readonly frames: Pick<ModelSwitchListener, 'result' | 'dropped' | 'credit'>;
}

/** The model of the settings in force and the truth about it: what runs, what is coming, what was refused. */
export class InferenceDesk implements EnginePart {
  readonly #options: InferenceDeskOptions;
  readonly #watch: InferenceWatch;
  readonly #switch: ModelSwitch;
  readonly #lag = new RecentLatency();
  #settings: Settings;
  /** The settings under which the model that works now was chosen, and the one before it. */
  #worked: Settings;
  #before: Settings;

  constructor(options: InferenceDeskOptions) {
    this.#options = options;
    this.#settings = options.settings;
    this.#worked = options.settings;
    this.#before = options.settings;
    this.#watch = new InferenceWatch(options);
    this.#switch = new ModelSwitch(inferenceOptions(options.host, options.settings), {
      ...options.frames,
      state: (state) => {
        this.#watch.changed(state);
        options.changed();
      },
      switched: (to, from) => this.#switched(to, from),
      refused: (choice, why, kept) => this.#refused(choice, why, kept),
      fellBack: (from, to, why) => this.#fellBack(from, to, why),
    });
  }

  /** What the live path hands frames to. */
  get port(): InferencePort {
    const own = this.#switch;
    return {
      get hasCredit() {
        return own.hasCredit;
      },
      get wantsFresher() {
        return own.wantsFresher;
      },
      get isReady() {
        return own.state.link === 'ready';
      },
      submit: (frame) => own.submit(frame),
    };
  }

  get pid(): number | null {
    return this.#switch.state.pid;
  }

  /** What runs the model, for the samples. */
  get figures(): ProviderFigures {
    return this.#watch.figures(this.#switch.state);
  }

  get link(): InferenceLink {
    return this.#switch.state.link;
  }

  get isReady(): boolean {
    return this.link === 'ready';
  }

  start(): void {
    this.#switch.start();
  }

  close(): Promise<void> {
    return this.#switch.close();
  }

  settingsChanged(changed: ReadonlySet<SettingKey>, settings: Settings): void {
    this.#settings = settings;
    if (CHOICE_KEYS.some((key) => changed.has(key))) {
      this.#options.problems.clear('model.choice');
      this.#switch.choose(modelChoice(this.#options.host, settings));
    }
    if (changedInGroup(changed, 'mask')) this.#switch.setMaskOptions(maskOptions(settings));
  }

  /** @throws {ModelRefused} before anything is changed, for a model that is not there. */
  check(patch: SettingsPatch): void {
    const id = patch['model.id'];
    if (id !== undefined && id !== this.#settings['model.id']) checkModel(modelFolders(this.#options.host), id);
  }

  setMaxLagMs(maxLagMs: number): void {
    this.#switch.setMaxLagMs(maxLagMs);
  }

  answered(packet: ResultPacket): void {
    this.#watch.answered(packet);
    if (packet.result !== null) this.#lag.add(packet.frame.receivedMs, monotonicMs());
  }

  /**
   * How long a picture waits for its mask before it is shown without: the setting, but never less than twice what masks
   * have taken lately. A slow model's masks would otherwise all come too late to be seen.
   */
  get noMaskAfterMs(): number {
    return Math.max(this.#settings['view.noMaskAfterMs'], 2 * this.#lag.recentMs);
  }

  describe(): EngineSnapshot['inference'] {
    const { nextModelId } = this.#switch.state;
    return {
      ...this.#watch.describe(this.#switch.state, this.#settings['model.enabled']),
      nextModelId,
      smoothFrames: this.#settings['mask.smoothFrames'],
      noMaskAfterMs: this.noMaskAfterMs,
    };
  }

  #switched(to: ModelChoice, from: ModelChoice): void {
    this.#before = this.#worked;
    this.#worked = this.#settings;
    this.#lag.forget();
    this.#options.log('info', 'model.switched', { to: to.modelId, from: from.modelId });
  }

  /** The settings say again what runs: a restart must not begin with a model that does not load. */
  #refused(choice: ModelChoice, why: Saying | string, kept: ModelChoice): void {
    this.#options.log('warn', 'model.refused', { model: choice.modelId, kept: kept.modelId, message: inEnglish(why) });
    this.#say(say('model.refused', { model: choice.modelId, why, kept: kept.modelId }));
    this.#takeBack();
  }

  #fellBack(from: ModelChoice, to: ModelChoice, why: Saying | string): void {
    this.#options.log('warn', 'model.fell-back', { from: from.modelId, to: to.modelId, message: inEnglish(why) });
    this.#say(say('model.fell-back', { from: from.modelId, why, to: to.modelId }));
    this.#lag.forget();
    this.#worked = this.#before;
    this.#takeBack();
  }

  #say(what: Saying): void {
    this.#options.problems.stands('model.choice', 'warning', what, monotonicMs());
  }

  #takeBack(): void {
    const patch = Object.fromEntries(CHOICE_KEYS.map((key) => [key, this.#worked[key]]));
    this.#options.saveSettings(patch);
  }
}

/** Results whose latency is remembered. */
const MEMORY = 16;

/** Received -> answered of the last results: the largest, so that ordinary jitter does not flicker. */
class RecentLatency {
  readonly #last: number[] = [];

  add(receivedMs: number, nowMs: number): void {
    this.#last.push(nowMs - receivedMs);
    if (this.#last.length > MEMORY) this.#last.shift();
  }

  forget(): void {
    this.#last.length = 0;
  }

  /** 0 before the first result. */
  get recentMs(): number {
    return Math.max(0, ...this.#last);
  }
}
