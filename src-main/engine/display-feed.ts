import {
  type DisplayFrame,
  encodeFrame,
  FRAMES_IN_FLIGHT,
  type FrameLease,
  type RawFrame,
  type ResultPacket,
} from '../../src-shared/index.ts';
import { monotonicMs } from '../pipeline/index.ts';

/** One console that pictures are shown on. */
export interface DisplaySink {
  /** `bytes` may be written anew once the console has acknowledged the picture: by then it has read them. */
  sendFrame(bytes: Uint8Array<ArrayBuffer>): void;
}

export interface DisplayHandle {
  /** The console has taken one picture off its hands; `paintedMs`: when it painted it, null when it did not. */
  ack(seq: number, paintedMs: number | null): void;
  detach(): void;
}

/** What the model says of a frame. */
type FrameAnswer = Pick<DisplayFrame, 'state' | 'score' | 'maskBits' | 'boxes'>;

/** A picture that a console has painted, on the engine's clock as that console knows it. */
export interface Painted {
  /** When it was complete and offered to the console. */
  readonly readyMs: number;
  readonly paintedMs: number;
}

interface SentPicture {
  readonly readyMs: number;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

interface Viewer {
  readonly sink: DisplaySink;
  /** Pictures it has not taken yet, by number. */
  readonly inFlight: Map<number, SentPicture>;
  /** Memory of the picture it took last, for the next one. */
  spent: Uint8Array<ArrayBuffer> | null;
  waiting: { readonly display: DisplayFrame; readonly lease: FrameLease | null } | null;
}

/**
 * Pictures for the consoles: the newest completed pair of frame and mask, and the raw frame with no mask when none has
 * been completed for a while. Each console has two credits; beyond them the newest waits and what it replaces counts as
 * coalesced. Costs nothing while nobody looks.
 */
export class DisplayFeed {
  readonly #viewers = new Set<Viewer>();
  readonly #onPainted = new Set<(painted: Painted) => void>();
  #seq = 0;
  #coalesced = 0;
  /** When the oldest frame was received that no result has come after; null: none waits. */
  #waitingSinceMs: number | null = null;
  #lastOfferedReceivedMs = Number.NEGATIVE_INFINITY;

  get coalesced(): number {
    return this.#coalesced;
  }

  attach(sink: DisplaySink): DisplayHandle {
    const viewer: Viewer = { sink, inFlight: new Map(), spent: null, waiting: null };
    this.#viewers.add(viewer);
    return {
      ack: (seq, paintedMs) => {
        const sent = viewer.inFlight.get(seq);
        if (sent !== undefined) {
          this.#tellPainted(sent.readyMs, paintedMs);
          viewer.inFlight.delete(seq);
          viewer.spent = sent.bytes;
        }
        this.#flush(viewer);
      },
      detach: () => {
        this.#viewers.delete(viewer);
        forget(viewer);
      },
    };
  }

  /** Tells of every picture any console paints; returns what ends that. */
  onPainted(listener: (painted: Painted) => void): () => void {
    this.#onPainted.add(listener);
    return () => this.#onPainted.delete(listener);
  }

  /** A frame with its result. Older than what was shown last, it is not offered: pictures never run backwards. */
  offerPair(packet: ResultPacket): void {
    this.#waitingSinceMs = null;
    if (packet.frame.receivedMs < this.#lastOfferedReceivedMs) {
      return;
    }
    this.#offer(packet.frame, () => ({
      state: packet.state,
      score: packet.score,
      maskBits: packet.result?.kind === 'mask' ? packet.result.bits : null,
      boxes: packet.result?.boxes ?? [],
    }));
  }

  /** A frame as it was received: offered only when frames have waited `noMaskAfterMs` for a result. */
  offerRaw(frame: RawFrame, noMaskAfterMs: number): void {
    this.#waitingSinceMs ??= frame.receivedMs;
    if (frame.receivedMs - this.#waitingSinceMs >= noMaskAfterMs) {
      this.#offer(frame, () => ({ state: null, score: null, maskBits: null, boxes: [] }));
    }
  }

  /** The next source's pictures have nothing to do with the last one's. */
  restart(): void {
    this.#waitingSinceMs = null;
    this.#lastOfferedReceivedMs = Number.NEGATIVE_INFINITY;
    for (const viewer of this.#viewers) {
      forget(viewer);
    }
  }

  #offer(frame: RawFrame, result: () => FrameAnswer): void {
    this.#lastOfferedReceivedMs = frame.receivedMs;
    if (this.#viewers.size === 0) {
      return;
    }
    const display = toDisplayFrame(frame, ++this.#seq, result());
    for (const viewer of this.#viewers) {
      if (viewer.waiting !== null) {
        this.#coalesced++;
        viewer.waiting.lease?.release();
      }
      frame.lease?.hold();
      viewer.waiting = { display, lease: frame.lease };
      this.#flush(viewer);
    }
  }

  #tellPainted(readyMs: number, paintedMs: number | null): void {
    if (paintedMs !== null) {
      for (const listener of this.#onPainted) {
        listener({ readyMs, paintedMs });
      }
    }
  }

  #flush(viewer: Viewer): void {
    if (viewer.waiting !== null && viewer.inFlight.size < FRAMES_IN_FLIGHT) {
      const { display, lease } = viewer.waiting;
      viewer.waiting = null;
      const bytes = encodeFrame(display, viewer.spent);
      viewer.spent = null;
      viewer.inFlight.set(display.seq, { readyMs: display.readyMs, bytes });
      viewer.sink.sendFrame(bytes);
      lease?.release();
    }
  }
}

function forget(viewer: Viewer): void {
  viewer.waiting?.lease?.release();
  viewer.waiting = null;
}

function toDisplayFrame(frame: RawFrame, seq: number, result: FrameAnswer): DisplayFrame {
  const { meta } = frame;
  return {
    seq,
    size: meta.size,
    components: frame.components,
    sourceKind: meta.sourceKind,
    frameId: meta.frameId,
    frameIdOrigin: meta.frameIdOrigin,
    tsBits: meta.tsBits,
    mmPerPixel: meta.scale.mmPerPixel,
    scaleOrigin: meta.scale.origin,
    receivedMs: frame.receivedMs,
    readyMs: monotonicMs(),
    pixels: frame.pixels,
    ...result,
  };
}
