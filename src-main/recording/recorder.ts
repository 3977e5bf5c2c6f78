import { Worker } from 'node:worker_threads';
import type { RawFrame, ResultPacket } from '../../src-shared/index.ts';
import { type BoundedQueue, monotonicMs } from '../pipeline/index.ts';
import type { ArchiveOptions } from './archive-writer.ts';
import { recordOf } from './frame-record.ts';
import type { Manifest } from './manifest.ts';
import { MaskOrder } from './mask-order.ts';
import type { ArchiveWorkerData, FromArchive, ToArchive } from './messages.ts';
import { SharedSlots } from './shared-slots.ts';

export interface RecorderOptions extends ArchiveOptions {
  /** Frames waiting for the disk may take this much memory; only beyond it are frames lost, and counted. */
  readonly maxBacklogBytes: number;
  /** When the recording began, monotonic ms; earlier than now for one that is resumed. */
  readonly startMs: number;
  readonly lastTimestampS: number;
  /** Why the first segment begins. */
  readonly firstReason: string;
}

export interface RecorderEvents {
  /** Frames are no longer taken; what was counted as archived is whole. */
  failed(message: string, isDiskFull: boolean): void;
  disk(freeBytes: number, bytesWritten: number): void;
}

export interface RecorderCounts {
  /** Frames whose pixels and lines have been written. */
  readonly archived: number;
  /** Frames taken and not yet written. */
  readonly backlogFrames: number;
  readonly backlogBytes: number;
  /** Frames that are not in the recording though it was being made: those of `lostAtLimit`, and those a failure kept out. */
  readonly lost: number;
  /** Frames that came while the backlog was at its limit. */
  readonly lostAtLimit: number;
  /** How long the oldest frame of the backlog has been waiting, ms. */
  readonly oldestMs: number;
}

/** How often it is looked whether frames have waited too long for their result. */
const TICK_MS = 100;
/** Results still on their way when the recording is stopped are waited for this long. */
const LAST_RESULTS_MS = 1000;
/** A disk that hangs must not keep the engine from ending. */
const END_LIMIT_MS = 20_000;

/**
 * One recording, seen from the engine: takes every frame into Queue_Raw, keeps its memory until it is in the archive's
 * thread, and hands it over as slots come free. Never waits; a frame is refused only at the hard limit, and counted.
 */
export class Recorder {
  readonly #options: RecorderOptions;
  readonly #queue: BoundedQueue<RawFrame>;
  readonly #on: RecorderEvents;
  readonly #worker: Worker;
  readonly #masks = new MaskOrder();
  readonly #timer: NodeJS.Timeout;
  readonly #begun = Promise.withResolvers<void>();
  readonly #ended = Promise.withResolvers<Manifest>();
  #slots: SharedSlots | null = null;
  readonly #inSlots = new Map<number, { readonly bytes: number; readonly receivedMs: number }>();
  #queuedBytes = 0;
  #slotBytesTaken = 0;
  #nextSeq = 0;
  #nextHandedSeq = 0;
  #archived = 0;
  #lostAtLimit = 0;
  /** Frames it had taken when it failed, and could not write any more. */
  #lostInFailure = 0;
  /** Why the next frame to come begins a new segment; then, by their number, those that do. */
  #nextBreak: string | null;
  readonly #breaks = new Map<number, string>();
  #takes = true;
  #hasSaidEnd = false;
  /** The first thing that went wrong, which what follows from it must not hide; null: nothing has. */
  #failure: Error | null = null;
  #isOver = false;

  /** `queue`: Queue_Raw, this recorder's alone as long as it lives. */
  constructor(options: RecorderOptions, queue: BoundedQueue<RawFrame>, on: RecorderEvents) {
    this.#options = options;
    this.#queue = queue;
    this.#on = on;
    this.#nextBreak = options.firstReason;
    const { folder, stem, manifest, recordMasks, segmentBytes, lastTimestampS } = options;
    const workerData: ArchiveWorkerData = { folder, stem, manifest, recordMasks, segmentBytes, lastTimestampS };
    this.#worker = new Worker(workerUrl(), { workerData });
    this.#worker.on('message', (message: FromArchive) => this.#hear(message));
    this.#worker.on('error', (error) => this.#threadEnded(`the archive's thread failed: ${String(error)}`));
    this.#worker.on('exit', (code) => this.#threadEnded(`the archive's thread ended (${code})`));
    this.#timer = setInterval(() => this.#pump(), TICK_MS).unref();
    this.#begun.promise.catch(() => {});
    this.#ended.promise.catch(() => {});
  }

  /** When the folder is there and the archive writes. @throws why it cannot. */
  begun(): Promise<void> {
    return this.#begun.promise;
  }

  get counts(): RecorderCounts {
    const oldest = this.#inSlots.values().next().value?.receivedMs ?? this.#queue.peek()?.receivedMs ?? null;
    return {
      archived: this.#archived,
      backlogFrames: this.#queue.size + this.#inSlots.size,
      backlogBytes: this.#queuedBytes + this.#slotBytesTaken + this.#masks.bytes,
      lost: this.#lost,
      lostAtLimit: this.#lostAtLimit,
      oldestMs: oldest === null ? 0 : monotonicMs() - oldest,
    };
  }

  get #lost(): number {
    return this.#lostAtLimit + this.#lostInFailure;
  }

  /** Takes a frame that was received; false when it is lost to the recording. */
  frame(frame: RawFrame): boolean {
    if (!this.#takes || this.#failure !== null) {
      return false;
    }
    const bytes = frame.raw.byteLength;
    if (this.#queuedBytes + this.#slotBytesTaken + this.#masks.bytes + bytes > this.#options.maxBacklogBytes) {
      this.#lostAtLimit++;
      return false;
    }
    frame.lease?.hold();
    this.#queue.enqueueNowait(frame);
    this.#queuedBytes += bytes;
    if (this.#nextBreak !== null) {
      this.#breaks.set(this.#nextSeq, this.#nextBreak);
      this.#nextBreak = null;
    }
    if (this.#options.recordMasks) {
      this.#masks.add(frame, this.#nextSeq);
    }
    this.#nextSeq++;
    this.#pump();
    return true;
  }

  /** What became of a frame at the model. Frames that are not of this recording are passed over. */
  result(packet: ResultPacket): void {
    if (this.#options.recordMasks) {
      this.#masks.result(packet, monotonicMs());
      this.#pump();
    }
  }

  /** The next frame begins a new segment. */
  breakSegment(reason: string): void {
    this.#nextBreak ??= reason;
  }

  /** Takes no more frames, writes those it has, and closes the files. @throws what the disk said. */
  async stop(reason: string): Promise<Manifest> {
    if (this.#takes) {
      this.#takes = false;
      await this.#drained();
      this.#hasSaidEnd = true;
      this.#post({ type: 'end', reason, lost: this.#lost });
    }
    const limit = setTimeout(
      () => this.#threadEnded(`the disk has not answered for ${END_LIMIT_MS / 1000} s`),
      END_LIMIT_MS,
    );
    try {
      return await this.#ended.promise;
    } finally {
      clearTimeout(limit);
      clearInterval(this.#timer);
      this.#forgetQueue();
      await this.#worker.terminate();
    }
  }

  /** Everything taken is with the archive's thread, and the results that were on their way have come. */
  async #drained(): Promise<void> {
    const stopMs = monotonicMs();
    const isDone = (): boolean => {
      const waitsForResults = this.#masks.pending > 0 && monotonicMs() - stopMs < LAST_RESULTS_MS;
      return this.#failure !== null || (this.#queue.size === 0 && !waitsForResults);
    };
    while (!isDone() && monotonicMs() - stopMs < END_LIMIT_MS) {
      await new Promise((resolve) => setTimeout(resolve, 10));
      this.#pump();
    }
  }

  #hear(message: FromArchive): void {
    switch (message.type) {
      case 'begun':
        this.#begun.resolve();
        break;
      case 'written':
        this.#archived++;
        this.#freeSlot(message.slot);
        this.#pump();
        break;
      case 'disk':
        this.#on.disk(message.freeBytes, message.bytesWritten);
        break;
      case 'failed':
        this.#fail(message.message, message.code);
        break;
      case 'ended':
        this.#isOver = true;
        this.#ended.resolve(message.manifest);
        break;
    }
  }

  #freeSlot(slot: number): void {
    this.#slotBytesTaken -= this.#inSlots.get(slot)?.bytes ?? 0;
    this.#inSlots.delete(slot);
    this.#slots?.give(slot);
  }

  /** Hands over what there is room for: frames in order, then masks whose frames are over there. */
  #pump(): void {
    if (this.#failure !== null || this.#hasSaidEnd) {
      return;
    }
    for (let frame = this.#queue.peek(); frame !== null && this.#makeRoom(frame); frame = this.#queue.peek()) {
      this.#queue.tryDequeue();
      this.#handOver(frame);
    }
    if (this.#options.recordMasks) {
      for (const mask of this.#masks.take(monotonicMs())) {
        const transfer = mask.bits === null ? [] : [mask.bits.buffer as ArrayBuffer];
        this.#worker.postMessage({ type: 'mask', mask } satisfies ToArchive, transfer);
      }
    }
  }

  /** A larger picture than before needs larger slots; the old ones are given up when the last of them is written. */
  #makeRoom(frame: RawFrame): boolean {
    const bytes = frame.raw.byteLength;
    if (this.#slots === null || this.#slots.slotBytes < bytes) {
      if (this.#inSlots.size > 0) {
        return false;
      }
      this.#slots = new SharedSlots(bytes);
      this.#post({ type: 'memory', memory: this.#slots.memory, slotBytes: bytes });
    }
    return this.#slots.hasFree;
  }

  #handOver(frame: RawFrame): void {
    const bytes = frame.raw.byteLength;
    const slot = (this.#slots as SharedSlots).put(frame.raw);
    this.#queuedBytes -= bytes;
    this.#slotBytesTaken += bytes;
    this.#inSlots.set(slot, { bytes, receivedMs: frame.receivedMs });
    const seq = this.#nextHandedSeq++;
    const record = recordOf(frame, seq, this.#options.startMs, monotonicMs());
    this.#post({ type: 'frame', record, slot, bytes, breakReason: this.#breaks.get(seq) ?? null });
    this.#breaks.delete(seq);
    frame.lease?.release();
    this.#masks.handedOver(frame);
  }

  #post(message: ToArchive): void {
    this.#worker.postMessage(message);
  }

  #fail(message: string, code: string | null): void {
    if (this.#failure !== null) {
      // It could not even close its files.
      this.#ended.reject(new Error(message));
      return;
    }
    this.#failure = new Error(message);
    this.#begun.reject(this.#failure);
    this.#lostInFailure = this.#queue.size + this.#inSlots.size;
    this.#forgetQueue();
    this.#on.failed(message, code === 'ENOSPC' || code === 'EDQUOT' || code === 'EFBIG');
  }

  /** Nothing more will come from it. */
  #threadEnded(message: string): void {
    if (!this.#isOver) {
      this.#isOver = true;
      const first = this.#failure ?? new Error(message);
      this.#fail(first.message, null);
      this.#ended.reject(first);
    }
  }

  /** Gives back the memory of frames that will not be written. */
  #forgetQueue(): void {
    for (let frame = this.#queue.tryDequeue(); frame !== null; frame = this.#queue.tryDequeue()) {
      frame.lease?.release();
    }
    this.#queuedBytes = 0;
    this.#slotBytesTaken = 0;
    this.#inSlots.clear();
  }
}

/** Beside this file as TypeScript; beside the entry in the bundle, which names it so. */
function workerUrl(): URL {
  return new URL(import.meta.url.endsWith('.ts') ? './archive-worker.ts' : './archive-worker.js', import.meta.url);
}
