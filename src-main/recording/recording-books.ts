import { MAX_LISTED_GAPS, type Manifest, type ManifestSegment } from './manifest.ts';

/** A larger jump of FrameNumber is a new numbering, not a loss (as for upstream losses). */
const LARGEST_PLAUSIBLE_GAP = 36_000;
/** Models listed; a recording in which more took turns than that counts the rest under its last. */
const MAX_MODELS = 64;
const MAX_DEVICE_NAME = 64;

/** What the books need to know of a frame and of a mask slot; recovery reads it from the headers. */
export interface CountedFrame {
  readonly frameNumber: number;
  readonly frameNumberOrigin: string;
  readonly deviceName: string;
  readonly sourceKind: string;
  readonly timestampS: number;
}
export interface CountedMask {
  readonly isValid: boolean;
  readonly modelId: string | null;
  readonly provider: string | null;
}

/** Counts what a recording holds, for its manifest. Goes on from the counts of the recording that is resumed. */
export class RecordingBooks {
  readonly #manifest: Manifest;
  #lastNumber: number | null = null;

  constructor(begun: Manifest) {
    this.#manifest = structuredClone(begun);
  }

  get frames(): number {
    return this.#manifest.frames;
  }

  get manifest(): Manifest {
    return this.#manifest;
  }

  segment(entry: ManifestSegment): void {
    this.#manifest.segments.push(entry);
    // A source that comes back or another one counts anew.
    this.#lastNumber = entry.reason === 'reconnect' || entry.reason === 'resumed' ? null : this.#lastNumber;
  }

  frame(entry: ManifestSegment, frame: CountedFrame): void {
    const manifest = this.#manifest;
    manifest.source = {
      address: manifest.source?.address ?? '',
      kind: frame.sourceKind,
      deviceName: frame.deviceName.slice(0, MAX_DEVICE_NAME),
    };
    this.#noteNumber(entry, frame);
    entry.frames++;
    manifest.frames++;
    manifest.durationS = frame.timestampS;
  }

  mask(entry: ManifestSegment, { isValid, modelId, provider }: CountedMask): void {
    const kind = isValid ? 'valid' : 'invalid';
    entry.masks[kind]++;
    this.#manifest.masks[kind]++;
    if (isValid && modelId !== null) {
      this.#noteModel(modelId, provider);
    }
  }

  end(state: 'complete' | 'recovered', reason: string, lost: number, endedUtc: string): void {
    const manifest = this.#manifest;
    manifest.state = state;
    manifest.endedUtc = endedUtc;
    manifest.endReason = reason;
    manifest.lost += lost;
  }

  #noteNumber(entry: ManifestSegment, { frameNumber, frameNumberOrigin }: CountedFrame): void {
    if (frameNumberOrigin !== 'source') {
      this.#lastNumber = null;
      return;
    }
    this.#manifest.gaps ??= { frames: 0, places: 0, listed: [] };
    const { gaps } = this.#manifest;
    const last = this.#lastNumber;
    this.#lastNumber = frameNumber;
    const missing = last === null ? 0 : frameNumber - last - 1;
    if (last === null || missing <= 0 || missing > LARGEST_PLAUSIBLE_GAP) {
      return;
    }
    gaps.frames += missing;
    gaps.places++;
    if (gaps.listed.length < MAX_LISTED_GAPS) {
      gaps.listed.push({ segment: entry.number, frame: entry.frames, afterFrameNumber: last, missing });
    }
  }

  #noteModel(id: string, provider: string | null): void {
    const { models } = this.#manifest;
    let model = models.find((one) => one.id === id && one.provider === provider);
    if (model === undefined && models.length < MAX_MODELS) {
      model = { id, provider, frames: 0 };
      models.push(model);
    }
    if (model !== undefined) {
      model.frames++;
    }
  }
}
