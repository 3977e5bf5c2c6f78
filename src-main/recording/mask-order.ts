import { inEnglish, type RawFrame, type ResultPacket } from '../../src-shared/index.ts';
import { type MaskRecord, noResult } from './frame-record.ts';

/** A result this late is not waited for: the inference process is killed as hung long before. */
const LATEST_MS = 2000;
/** A frame overtaken by a newer result has almost always been dropped; two models taking turns may differ by their runs. */
const OVERTAKEN_MS = 250;

interface Waiting {
  readonly seq: number;
  readonly receivedMs: number;
  /** The archive's thread has the frame: only now can it take the mask. */
  handedOver: boolean;
  overtakenMs: number | null;
  mask: MaskRecord | null;
}

/**
 * Puts results in the order of their frames: each recorded frame gets one mask record, its result or "none", whether
 * results come late, out of order or never.
 */
export class MaskOrder {
  readonly #waiting: Waiting[] = [];
  /** Frames are not kept alive by it: their pictures' memory is another's. */
  #byFrame = new WeakMap<RawFrame, Waiting>();
  #bytes = 0;

  /** Bytes of masks that wait for their frame to be handed over. */
  get bytes(): number {
    return this.#bytes;
  }

  add(frame: RawFrame, seq: number): void {
    const waiting: Waiting = { seq, receivedMs: frame.receivedMs, handedOver: false, overtakenMs: null, mask: null };
    this.#waiting.push(waiting);
    this.#byFrame.set(frame, waiting);
  }

  handedOver(frame: RawFrame): void {
    const waiting = this.#byFrame.get(frame);
    if (waiting !== undefined) {
      waiting.handedOver = true;
    }
  }

  result(packet: ResultPacket, nowMs: number): void {
    const waiting = this.#byFrame.get(packet.frame);
    // Not of this recording, or its slot was given up meanwhile.
    if (waiting === undefined || waiting.mask !== null) {
      return;
    }
    waiting.mask = maskOf(waiting.seq, packet);
    this.#bytes += waiting.mask.bits?.byteLength ?? 0;
    for (const earlier of this.#waiting) {
      if (earlier === waiting) {
        break;
      }
      earlier.overtakenMs ??= nowMs;
    }
  }

  /** The next masks whose turn it is. Frames that will get no result any more have "none". */
  take(nowMs: number): MaskRecord[] {
    const ready: MaskRecord[] = [];
    for (let next = this.#waiting[0]; next?.handedOver === true; next = this.#waiting[0]) {
      next.mask ??= isGivenUp(next, nowMs) ? noResult(next.seq) : null;
      if (next.mask === null) {
        break;
      }
      ready.push(next.mask);
      this.#bytes -= next.mask.bits?.byteLength ?? 0;
      this.#waiting.shift();
    }
    return ready;
  }

  /** Frames handed over whose result is still to come. */
  get pending(): number {
    return this.#waiting.length;
  }
}

function isGivenUp({ receivedMs, overtakenMs }: Waiting, nowMs: number): boolean {
  return nowMs - receivedMs > LATEST_MS || (overtakenMs !== null && nowMs - overtakenMs > OVERTAKEN_MS);
}

function maskOf(seq: number, { state, result, score, reason, modelId, provider, trace }: ResultPacket): MaskRecord {
  const { runStartMs, runEndMs } = trace;
  return {
    seq,
    state,
    // A copy of its own: what the mask came in may be part of something larger, and goes to others too.
    bits: result?.kind === 'mask' ? Uint8Array.from(result.bits) : null,
    score,
    reason: reason === null ? null : inEnglish(reason),
    modelId,
    provider,
    inferenceMs: runStartMs === null || runEndMs === null ? null : runEndMs - runStartMs,
  };
}
