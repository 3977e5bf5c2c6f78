import { unpackMask } from '../../src-shared/index.ts';
import { frameBytes, segmentFileNames } from '../sequences/index.ts';
import { differenceOf, type FrameRecord, type MaskRecord, noResult, type SegmentFormat } from './frame-record.ts';
import { blockText, closingLines, FrameLines, maskLines, NO_RESULT_VALUE, openingLines } from './header-lines.ts';
import { type Manifest, type ManifestSegment, writeManifest } from './manifest.ts';
import { emptyCounts, RecordingBooks } from './recording-books.ts';
import { SegmentFile } from './segment-file.ts';

export interface ArchiveOptions {
  readonly folder: string;
  /** What the segments' file names begin with. */
  readonly stem: string;
  readonly manifest: Manifest;
  readonly recordMasks: boolean;
  /** Largest pixel file of a segment, bytes. */
  readonly segmentBytes: number;
}

/** Readers hold a header in memory; small pictures would make it grow without end before 2 GiB of pixels are full. */
const MAX_HEADER_BYTES = 64 * 2 ** 20;
/** Slicer rounds a frame's time to a millisecond and keeps one frame per time. */
const LEAST_STEP_S = 0.001;

interface OpenSegment {
  readonly number: number;
  readonly format: SegmentFormat;
  readonly image: SegmentFile;
  readonly mask: SegmentFile | null;
  readonly lines: FrameLines;
  /** Frames written whose mask is still to come, in order. */
  readonly awaiting: { readonly seq: number; readonly fields: readonly string[] }[];
  readonly entry: ManifestSegment;
  ended: boolean;
}

/**
 * Frames and masks to disk, in segments. Frame n and mask n stand at the same place of their files: every frame gets
 * exactly one mask slot, in order, with or without a result. Synchronous; runs in the archive's own thread.
 */
export class ArchiveWriter {
  readonly #options: ArchiveOptions;
  readonly #books: RecordingBooks;
  /** The one being written, preceded by those whose masks are still to come. */
  readonly #open: OpenSegment[] = [];
  readonly #closing = new Set<Promise<void>>();
  #current: OpenSegment | null = null;
  #nextNumber: number;
  #lastTimestampS: number;
  #pixels = new Uint8Array(0);
  #savingManifest: Promise<void> = Promise.resolve();
  #bytes = 0;

  /** `lastTimestampS`: of the recording that is gone on with; frames go on after it. */
  constructor(options: ArchiveOptions, lastTimestampS = -LEAST_STEP_S) {
    this.#options = options;
    this.#books = new RecordingBooks(options.manifest);
    this.#nextNumber = Math.max(-1, ...options.manifest.segments.map(({ number }) => number)) + 1;
    this.#lastTimestampS = lastTimestampS;
  }

  /** Bytes written so far. */
  get bytes(): number {
    return this.#bytes;
  }

  get frames(): number {
    return this.#books.frames;
  }

  /** The folder is a recording from here on. */
  begin(): Promise<void> {
    return this.#saveManifest();
  }

  /** @throws the system's error; everything before this frame is whole. `breakReason`: begin a new segment with it. */
  frame(record: FrameRecord, pixels: Uint8Array, breakReason: string | null): void {
    const segment = this.#segmentFor(record, pixels.byteLength, breakReason);
    const timestampS = Math.max(record.receivedS, this.#lastTimestampS + LEAST_STEP_S);
    const shared = segment.lines.shared(record, timestampS);
    const text = blockText(segment.image.frames, segment.lines.image(record, shared));
    segment.image.append(pixels, text);
    this.#bytes += pixels.byteLength + text.length;
    this.#lastTimestampS = timestampS;
    const { deviceName, sourceKind } = record.format;
    this.#books.frame(segment.entry, { ...record, deviceName, sourceKind, timestampS });
    if (segment.mask !== null) {
      segment.awaiting.push({ seq: record.seq, fields: shared });
    }
  }

  /** The next frame's result; they come in the order of the frames. @throws the system's error. */
  mask(mask: MaskRecord): void {
    if (!this.#options.recordMasks) {
      return;
    }
    const segment = this.#open.find(({ awaiting }) => awaiting.length > 0);
    const slot = segment?.awaiting[0];
    if (segment === undefined || segment.mask === null || slot?.seq !== mask.seq) {
      throw new Error(`mask of frame ${mask.seq} is out of turn: expected that of ${slot?.seq ?? 'no frame'}`);
    }
    const pixels = this.#maskPixels(segment.format, mask.bits);
    const text = blockText(segment.mask.frames, maskLines(slot.fields, mask));
    segment.mask.append(pixels, text);
    segment.awaiting.shift();
    this.#bytes += pixels.byteLength + text.length;
    this.#books.mask(segment.entry, { ...mask, isValid: mask.bits !== null });
    this.#closeIfDone(segment);
  }

  /** Has everything written so far put on the disk. */
  async sync(): Promise<void> {
    for (const { image, mask } of [...this.#open]) {
      await image.sync();
      await mask?.sync();
    }
  }

  /** Ends the recording: frames still without a mask get an INVALID slot, headers are closed, the manifest is written. */
  async end(reason: string, lost: number): Promise<Manifest> {
    for (const segment of [...this.#open]) {
      for (const { seq } of [...segment.awaiting]) {
        this.mask(noResult(seq));
      }
    }
    this.#endCurrent();
    await this.#closed();
    this.#books.end('complete', reason, lost, new Date().toISOString());
    await this.#saveManifest();
    return this.#books.manifest;
  }

  #segmentFor(record: FrameRecord, pixelBytes: number, breakReason: string | null): OpenSegment {
    const current = this.#current;
    const reason =
      current === null ? (breakReason ?? 'start') : this.#breakOf(current, record, pixelBytes, breakReason);
    if (current !== null && reason === null) {
      return current;
    }
    const expected = frameBytes(record.format);
    if (pixelBytes !== expected) {
      throw new Error(`frame ${record.seq}: ${pixelBytes} bytes of pixels: expected ${expected}`);
    }
    this.#endCurrent();
    this.#current = this.#openSegment(record, reason ?? 'start');
    return this.#current;
  }

  #breakOf(
    { format, image }: OpenSegment,
    record: FrameRecord,
    pixelBytes: number,
    breakReason: string | null,
  ): string | null {
    const isFull = image.dataBytes + pixelBytes > this.#options.segmentBytes || image.headerBytes > MAX_HEADER_BYTES;
    return breakReason ?? differenceOf(format, record.format) ?? (isFull ? 'full' : null);
  }

  #openSegment({ format }: FrameRecord, reason: string): OpenSegment {
    const { folder, stem, recordMasks, manifest } = this.#options;
    const number = this.#nextNumber++;
    const pair = (kind: 'image' | 'mask'): SegmentFile => {
      const { header, data } = segmentFileNames(stem, number, kind);
      const opening = openingLines(format, kind, manifest.software);
      return new SegmentFile({ folder, headerName: header, dataName: data, opening });
    };
    const image = pair('image');
    const mask = recordMasks ? pair('mask') : null;
    const segment: OpenSegment = {
      number,
      format,
      image,
      mask,
      lines: new FrameLines(),
      awaiting: [],
      entry: {
        number,
        reason,
        image: { header: image.headerName, data: image.dataName },
        mask: mask === null ? null : { header: mask.headerName, data: mask.dataName },
        size: [...format.size],
        scalarType: format.scalarType,
        components: format.components,
        spacing: format.spacing === null ? null : [...format.spacing],
        ...emptyCounts(),
        state: 'open',
      },
      ended: false,
    };
    this.#open.push(segment);
    this.#books.segment(segment.entry);
    this.#noteManifest();
    return segment;
  }

  #endCurrent(): void {
    const segment = this.#current;
    if (segment === null) {
      return;
    }
    this.#current = null;
    segment.ended = true;
    this.#whileClosing(closePair(segment.image, segment.format));
    this.#closeIfDone(segment);
  }

  /** The masks' files are closed when the last frame of the segment has its slot. */
  #closeIfDone(segment: OpenSegment): void {
    if (!segment.ended || segment.awaiting.length > 0) {
      return;
    }
    this.#open.splice(this.#open.indexOf(segment), 1);
    this.#whileClosing(this.#closeMasks(segment));
  }

  /** The manifest says `closed` of nothing whose closing lines are not written: recovery believes it. */
  async #closeMasks({ image, mask, format, entry }: OpenSegment): Promise<void> {
    await Promise.all([closePair(image, format), mask === null ? null : closePair(mask, format)]);
    entry.state = 'closed';
    this.#noteManifest();
  }

  #whileClosing(closing: Promise<void>): void {
    this.#closing.add(closing);
    void closing.then(
      () => this.#closing.delete(closing),
      () => {},
    );
  }

  /** @throws the first reason why a pair of files could not be closed; recovery closes it later. */
  async #closed(): Promise<void> {
    await Promise.all(this.#closing);
  }

  #maskPixels({ size }: SegmentFormat, bits: Uint8Array | null): Uint8Array {
    const length = size[0] * size[1];
    if (this.#pixels.length !== length) {
      this.#pixels = new Uint8Array(length);
    }
    if (bits === null) {
      this.#pixels.fill(NO_RESULT_VALUE);
    } else {
      unpackMask(bits, this.#pixels);
    }
    return this.#pixels;
  }

  /**
   * Has the manifest written when there is time. It repeats what the segments say, and recovery makes it anew from them: a
   * disk that fails shows at the next frame.
   */
  #noteManifest(): void {
    void this.#saveManifest().catch(() => {});
  }

  /** One after another, each with what is known when its turn comes. */
  #saveManifest(): Promise<void> {
    const save = (): Promise<void> => writeManifest(this.#options.folder, this.#books.manifest);
    this.#savingManifest = this.#savingManifest.then(save, save);
    return this.#savingManifest;
  }
}

function closePair(file: SegmentFile, { size }: SegmentFormat): Promise<void> {
  return file.close(closingLines(size, file.frames, file.dataName));
}
