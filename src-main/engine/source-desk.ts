import type {
  EngineSnapshot,
  Liveness,
  RawFrame,
  Saying,
  SettingKey,
  Settings,
  SourceLink,
} from '../../src-shared/index.ts';
import type { SourceState } from '../acquisition/index.ts';
import { LivenessMonitor, type Log, type UpstreamFigures, UpstreamTruth } from '../monitoring/index.ts';
import { monotonicMs } from '../pipeline/index.ts';
import { ArrivalRate } from './arrival-rate.ts';
import { changedInGroup, type EnginePart } from './part.ts';
import type { RecordedSource } from './recording-desk.ts';
import { samePixels } from './same-pixels.ts';
import { SourceSlot } from './source-slot.ts';

export interface SourceDeskEvents {
  readonly log: Log;
  frame(frame: RawFrame): void;
  /** A mask still under way would come after the news that there are none, and stay. `why` in words. */
  lost(why: string): void;
  /** Still no frames, with newer words: whoever connects to us learns the newest reason. */
  stillLost(why: string): void;
  /** The stream is over: the next one has nothing to do with it. `reason` in words. */
  ended(reason: string): void;
  /** Liveness changed: consoles are told at once. */
  livenessChanged(): void;
  changed(): void;
  problem(key: string, what: Saying | string): void;
}

/** Settings that act on a source that stays open. */
const FOLLOWED: ReadonlySet<SettingKey> = new Set(['source.speed', 'source.everyFrame']);

/**
 * The source and the truth about it: opens and closes it as operator and settings want, judges whether its picture is
 * live, counts what was lost before us.
 */
export class SourceDesk implements EnginePart {
  readonly #on: SourceDeskEvents;
  readonly #slot: SourceSlot;
  readonly #liveness = new LivenessMonitor();
  readonly #upstream = new UpstreamTruth();
  readonly #arrivals = new ArrivalRate();
  #lastFrame: RawFrame | null = null;
  #lastLiveness: Liveness = 'NO SOURCE';
  #lastLink: SourceLink = 'disconnected';
  /** Whether the operator wants it open: a changed setting does not bring back what was disconnected by hand. */
  #wanted = true;
  #isClosing = false;

  constructor(on: SourceDeskEvents) {
    this.#on = on;
    this.#slot = new SourceSlot({
      frame: (frame) => this.#receive(frame),
      heard: () => this.#liveness.heard(monotonicMs()),
      keepAlive: () => this.#liveness.keepAlive(monotonicMs()),
      state: (state) => {
        this.#noteState(state);
      },
      problem: (key, what) => this.#on.problem(key, what),
    });
  }

  /** (Re)connects the source of `settings`. */
  async open(settings: Settings): Promise<void> {
    this.#wanted = true;
    await this.#end('the source is being changed');
    if (!this.#isClosing) {
      this.#liveness.reset(true);
      this.#slot.open(settings);
      this.#on.changed();
    }
  }

  /** Ends the source until it is opened again. */
  async disconnect(): Promise<void> {
    this.#wanted = false;
    await this.#end('the source was disconnected');
  }

  /** From here on it is not opened again. */
  closing(): void {
    this.#isClosing = true;
  }

  close(): Promise<void> {
    return this.#slot.close();
  }

  async settingsChanged(changed: ReadonlySet<SettingKey>, settings: Settings): Promise<void> {
    const needReopen = new Set([...changed].filter((key) => !FOLLOWED.has(key)));
    if (changedInGroup(needReopen, 'source') && (this.#wanted || changed.has('source.address'))) {
      await this.open(settings);
    } else if (changedInGroup(changed, 'source')) {
      this.#slot.follow(settings);
    }
  }

  /** A frame has its result, or will get none. */
  answered(frame: RawFrame): void {
    this.#slot.answered(frame);
  }

  /** Winding a recording that is the source. @throws in words when it is none. */
  get replay(): Pick<SourceSlot, 'pause' | 'seek'> {
    return this.#slot;
  }

  /** Called often (a tenth of the shortest time it has to notice): says when the picture stops being live. */
  judgeLiveness(): void {
    const liveness = this.#liveness.state(monotonicMs());
    if (liveness === this.#lastLiveness) {
      return;
    }
    this.#on.log('info', 'liveness', { from: this.#lastLiveness, to: liveness });
    this.#lastLiveness = liveness;
    if (liveness === 'LINK LOST') {
      this.#lost(null);
    }
    this.#on.livenessChanged();
  }

  get kind(): EngineSnapshot['source']['kind'] {
    return this.#slot.describe().kind;
  }

  /** Median time between frames, ms; null before it is known. */
  get periodMs(): number | null {
    return this.#liveness.periodMs;
  }

  /** Newest liveness that was judged. */
  get liveness(): Liveness {
    return this.#lastLiveness;
  }

  /** What happened to the pictures before us; once a sample. */
  upstreamFigures(): UpstreamFigures {
    return this.#upstream.figures(monotonicMs());
  }

  /** Newest frame's picture-to-pose stamp difference, ms; null without a pose. */
  get syncMs(): number | null {
    return this.#lastFrame?.meta.pose?.skewMs ?? null;
  }

  /** What a recording has to know of it. */
  get recorded(): RecordedSource {
    const { address, kind } = this.#slot.describe();
    const deviceName = this.#lastFrame?.meta.deviceName ?? null;
    return { address, kind, deviceName, bytesPerS: this.#arrivals.bytesPerS };
  }

  describe(): Pick<EngineSnapshot, 'source' | 'liveness' | 'frameAgeMs' | 'framePeriodMs'> {
    const nowMs = monotonicMs();
    const meta = this.#lastFrame?.meta ?? null;
    return {
      source: { ...this.#slot.describe(), deviceName: meta?.deviceName ?? null, size: meta?.size ?? null },
      liveness: this.#liveness.state(nowMs),
      frameAgeMs: this.#liveness.frameAgeMs(nowMs),
      framePeriodMs: this.#liveness.periodMs,
    };
  }

  /** Frames of the source that are still under way are dropped and Slicer is told, before anything is waited for. */
  async #end(reason: string): Promise<void> {
    const hadSource = this.#liveness.state(monotonicMs()) !== 'NO SOURCE';
    this.#liveness.reset(false);
    if (hadSource) {
      this.#on.lost(reason);
    }
    this.#on.ended(reason);
    this.#upstream.sourceChanged();
    this.#arrivals.reset();
    this.#keepAsLast(null);
    this.#lastLink = 'disconnected';
    await this.#slot.close();
    this.#on.changed();
  }

  #noteState({ link, message }: SourceState): void {
    this.#liveness.linkChanged(link, monotonicMs());
    if (link !== this.#lastLink) {
      this.#on.log('info', 'source.state', { link, message });
      if (this.#lastLink === 'connected') {
        this.#lost(message);
      }
      this.#lastLink = link;
    } else if (link !== 'connected' && message !== null) {
      this.#on.stillLost(noFrames(message));
    }
    this.judgeLiveness();
    this.#on.changed();
  }

  #receive(frame: RawFrame): void {
    const identical = this.#lastFrame !== null && samePixels(this.#lastFrame.raw, frame.raw);
    this.#keepAsLast(frame);
    this.#liveness.frame(frame.receivedMs, identical);
    this.#arrivals.add(frame.raw.byteLength, frame.receivedMs);
    this.#upstream.frame(frame.meta, frame.receivedMs, identical);
    this.#on.frame(frame);
  }

  /** The newest frame is kept to compare the next one with, and to describe the source by. */
  #keepAsLast(frame: RawFrame | null): void {
    frame?.lease?.hold();
    this.#lastFrame?.lease?.release();
    this.#lastFrame = frame;
  }

  #lost(why: string | null): void {
    this.#on.lost(noFrames(why ?? 'the link is lost'));
    this.#upstream.linkRestarted();
  }
}

const noFrames = (why: string): string => `no frames from the source: ${why}`;
