import {
  inEnglish,
  type RawFrame,
  reasonOf,
  type Saying,
  type SourceKind,
  say,
  sayingOf,
} from '../../src-shared/index.ts';
import { timestampBitsToSeconds } from '../openigtlink/index.ts';
import { monotonicMs } from '../pipeline/index.ts';
import type { Clip, ClipFrame } from './clip.ts';
import { imageHeaderOf, poseOf } from './clip-image.ts';
import { IntensityWindow } from './intensity-window.ts';
import { Player } from './player.ts';
import { scaleOf } from './scale.ts';
import type { FrameSource, ReplayPosition, SourceEvents, SourceOptions } from './source.ts';
import { StampClock } from './stamp-clock.ts';

/** Plays a clip (recording or phantom) into the engine, stamped now, under a kind that is never `live`. */
export class ClipSource implements FrameSource {
  readonly address: string;
  readonly kind: SourceKind;
  readonly #open: () => Promise<Clip>;
  readonly #options: SourceOptions;
  readonly #on: SourceEvents;
  readonly #stamps = new StampClock();
  readonly #window = new IntensityWindow();
  #clip: Clip | null = null;
  #player: Player | null = null;
  /** The frame played last; whoever plays every frame waits for its result. */
  #last: RawFrame | null = null;
  #closed = false;

  constructor(
    address: string,
    kind: 'replay' | 'demo',
    open: () => Promise<Clip>,
    options: SourceOptions,
    on: SourceEvents,
  ) {
    this.address = address;
    this.kind = kind;
    this.#open = open;
    this.#options = options;
    this.#on = on;
  }

  start(): void {
    this.#on.state({ link: 'connecting', message: null, said: null });
    void this.#begin();
  }

  /** Does not wait for a file that is still being opened: a dead share or a large compressed file would hold up all else. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#player?.close();
    await this.#clip?.close();
  }

  follow(options: Pick<SourceOptions, 'speed' | 'everyFrame'>): void {
    this.#player?.follow(options);
  }

  answered(frame: RawFrame): void {
    if (frame === this.#last) {
      this.#player?.answered();
    }
  }

  get replay(): ReplayPosition | null {
    const [clip, player] = [this.#clip, this.#player];
    if (clip === null || player === null || this.kind !== 'replay') {
      return null;
    }
    const { index, isPaused } = player.position;
    const since = (frame: number): number => clip.timeS(frame) - clip.timeS(0);
    return {
      frame: index,
      frames: clip.frameCount,
      timeS: since(index),
      durationS: since(clip.frameCount - 1),
      isPaused,
    };
  }

  pause(isPaused: boolean): void {
    this.#player?.pause(isPaused);
  }

  seek(frame: number): void {
    this.#player?.seek(frame);
  }

  async #begin(): Promise<void> {
    let clip: Clip;
    try {
      clip = await this.#open();
    } catch (error) {
      if (!this.#closed) {
        this.#fail(reasonOf(error));
      }
      return;
    }
    if (this.#closed) {
      await clip.close().catch(() => {});
      return;
    }
    this.#clip = clip;
    this.#player = new Player(clip, this.#options, {
      frame: (frame, _index, count) => {
        this.#last = this.#toRawFrame(clip, frame, count);
        this.#on.frame(this.#last);
      },
      end: () =>
        this.#on.state({ link: 'disconnected', message: 'the recording has ended', said: say('source.ended') }),
      failed: (message) => this.#fail(message),
    });
    this.#on.state({ link: 'connected', message: null, said: null });
    this.#player.start();
  }

  #fail(why: Saying | string): void {
    this.#on.problem('source.read', why);
    this.#on.state({ link: 'failed', message: inEnglish(why), said: sayingOf(why) });
  }

  #toRawFrame(clip: Clip, frame: ClipFrame, count: number): RawFrame {
    const tsBits = this.#stamps.nextBits();
    const format = frame.format ?? clip;
    const { mmPerPixel, orientation, poseName, streamId } = this.#options;
    return {
      meta: {
        streamId,
        sourceKind: this.kind,
        deviceName: format.deviceName,
        ts: timestampBitsToSeconds(tsBits),
        tsBits,
        frameId: count,
        frameIdOrigin: 'source',
        size: format.size,
        spacing: format.spacing,
        scale: scaleOf(format.spacing, mmPerPixel, format.size[1]),
        orientation: format.orientation ?? orientation,
        coordFrame: coordFrameOf(format.deviceName),
        pose: poseOf(frame, poseName),
        sourceImageHeader: imageHeaderOf(clip, frame),
      },
      scalarType: format.scalarType,
      components: format.components,
      raw: frame.pixels,
      pixels: this.#window.to8Bit(frame.pixels, format.scalarType, true),
      receivedMs: monotonicMs(),
      lease: null,
    };
  }
}

/** `Image_Reference` -> `Reference`: what follows the last underscore names the coordinate frame (openigtlink.md section 3). */
export function coordFrameOf(deviceName: string): string {
  const at = deviceName.lastIndexOf('_');
  return at < 0 ? '' : deviceName.slice(at + 1);
}
