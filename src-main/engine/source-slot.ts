import {
  type EngineSnapshot,
  inEnglish,
  type RawFrame,
  reasonOf,
  SaidError,
  type Settings,
  type SourceKind,
  say,
  sayingOf,
} from '../../src-shared/index.ts';
import { createSource, type FrameSource, type SourceEvents, type SourceState } from '../acquisition/index.ts';

const NO_SOURCE: SourceState = { link: 'disconnected', message: null, said: null };

/** The one place a source can be plugged in. Events of a source that was unplugged are no longer heard. */
export class SourceSlot {
  readonly #on: SourceEvents;
  #source: FrameSource | null = null;
  #state: SourceState = NO_SOURCE;
  #address = '';

  constructor(on: SourceEvents) {
    this.#on = on;
  }

  /** Plugs in the source of the settings; an address nobody understands becomes a failed link, said in words. */
  open(settings: Settings): void {
    this.#address = settings['source.address'];
    let source: FrameSource | null = null;
    const current = (): boolean => this.#source === source;
    const events: SourceEvents = {
      frame: (frame) => current() && this.#on.frame(frame),
      heard: () => current() && this.#on.heard(),
      keepAlive: () => current() && this.#on.keepAlive(),
      problem: (key, what) => current() && this.#on.problem(key, what),
      state: (state) => current() && this.#setState(state),
    };
    try {
      source = createSource(settings['source.address'], sourceOptions(settings), events);
    } catch (error) {
      const why = reasonOf(error);
      this.#setState({ link: 'failed', message: inEnglish(why), said: sayingOf(why) });
      return;
    }
    this.#source = source;
    source.start();
  }

  /** What acts on a source that stays open. */
  follow(settings: Settings): void {
    this.#source?.follow?.(sourceOptions(settings));
  }

  /** A frame has its result, or will get none: a replay that plays every frame goes on. */
  answered(frame: RawFrame): void {
    this.#source?.answered?.(frame);
  }

  /** @throws in words when the source is no recording. */
  pause(isPaused: boolean): void {
    this.#replayed().pause?.(isPaused);
  }

  /** @throws in words when the source is no recording. */
  seek(frame: number): void {
    this.#replayed().seek?.(frame);
  }

  #replayed(): FrameSource {
    if (this.#source === null || (this.#source.replay ?? null) === null) {
      throw new SaidError(say('source.no-replay'));
    }
    return this.#source;
  }

  async close(): Promise<void> {
    const source = this.#source;
    this.#source = null;
    this.#state = NO_SOURCE;
    await source?.close();
  }

  describe(): Pick<EngineSnapshot['source'], 'address' | 'kind' | 'link' | 'message' | 'said' | 'replay'> {
    const kind: SourceKind = this.#source?.kind ?? 'live';
    return { address: this.#address, kind, ...this.#state, replay: this.#source?.replay ?? null };
  }

  #setState(state: SourceState): void {
    this.#state = state;
    this.#on.state(state);
  }
}

/** The part of the settings that a source is opened with. */
export function sourceOptions(settings: Settings): Parameters<typeof createSource>[1] {
  return {
    streamId: 'main',
    imageDevice: settings['source.imageDevice'],
    poseName: settings['source.poseName'],
    poseMaxSkewMs: settings['source.poseMaxSkewMs'],
    mmPerPixel: settings['source.mmPerPixel'],
    orientation: settings['source.orientation'],
    framesPerSecond: settings['source.framesPerSecond'],
    loop: settings['source.loop'],
    checkCrc: settings['source.checkCrc'],
    maxMessageBytes: settings['source.maxMessageBytes'],
    speed: settings['source.speed'],
    everyFrame: settings['source.everyFrame'],
  };
}
