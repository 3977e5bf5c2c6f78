import { MAX_LISTED_GAPS, type Manifest, type ManifestSegment } from './manifest.ts';

/** A larger jump of FrameNumber is a new numbering, not a loss (as for upstream losses). */
const LARGEST_PLAUSIBLE_GAP = 36_000;
/** Models listed; a recording in which more took turns than that does not name the rest. */
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

/** The counts of a segment that has no frame yet. */
export const emptyCounts = (): Pick<ManifestSegment, 'frames' | 'masks' | 'models' | 'gaps' | 'lastFrameNumber'> => ({
  frames: 0,
  masks: { valid: 0, invalid: 0 },
  models: [],
  gaps: null,
  lastFrameNumber: null,
});

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

  /** A segment begins; it counts as it is filled. */
  segment(entry: ManifestSegment): void {
    this.#manifest.segments.push(entry);
    // A source that comes back or another one counts anew.
    this.#lastNumber = entry.reason === 'reconnect' || entry.reason === 'resumed' ? null : this.#lastNumber;
  }

  /** A segment that was closed and counted before; `listed`: the gaps that were noted in it. */
  adopt(entry: ManifestSegment, listed: readonly ListedGap[]): void {
    const manifest = this.#manifest;
    manifest.segments.push(entry);
    manifest.frames += entry.frames;
    manifest.masks.valid += entry.masks.valid;
    manifest.masks.invalid += entry.masks.invalid;
    for (const { id, provider, frames } of entry.models) {
      addModel(manifest.models, id, provider, frames);
    }
    if (entry.gaps !== null) {
      manifest.gaps ??= { frames: 0, places: 0, listed: [] };
      manifest.gaps.frames += entry.gaps.frames;
      manifest.gaps.places += entry.gaps.places;
      manifest.gaps.listed.push(...listed);
    }
    this.#lastNumber = entry.lastFrameNumber;
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
      addModel(this.#manifest.models, modelId, provider, 1);
      addModel(entry.models, modelId, provider, 1);
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
    const isNumbered = frameNumberOrigin === 'source';
    const last = this.#lastNumber;
    this.#lastNumber = isNumbered ? frameNumber : null;
    entry.lastFrameNumber = this.#lastNumber;
    if (!isNumbered) {
      return;
    }
    this.#manifest.gaps ??= { frames: 0, places: 0, listed: [] };
    entry.gaps ??= { frames: 0, places: 0 };
    const missing = last === null ? 0 : frameNumber - last - 1;
    if (last === null || missing <= 0 || missing > LARGEST_PLAUSIBLE_GAP) {
      return;
    }
    for (const gaps of [this.#manifest.gaps, entry.gaps]) {
      gaps.frames += missing;
      gaps.places++;
    }
    const { listed } = this.#manifest.gaps;
    if (listed.length < MAX_LISTED_GAPS) {
      listed.push({ segment: entry.number, frame: entry.frames, afterFrameNumber: last, missing });
    }
  }
}

type ListedGap = NonNullable<Manifest['gaps']>['listed'][number];

function addModel(models: Manifest['models'], id: string, provider: string | null, frames: number): void {
  let model = models.find((one) => one.id === id && one.provider === provider);
  if (model === undefined && models.length < MAX_MODELS) {
    model = { id, provider, frames: 0 };
    models.push(model);
  }
  if (model !== undefined) {
    model.frames += frames;
  }
}
