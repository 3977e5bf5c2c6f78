import type { ArchiveOptions } from './archive-writer.ts';
import type { FrameRecord, MaskRecord } from './frame-record.ts';
import type { Manifest } from './manifest.ts';

/** What the archive's thread is started with. */
export interface ArchiveWorkerData extends ArchiveOptions {
  readonly lastTimestampS: number;
}

/** Engine -> archive's thread. Pixels lie in shared memory, in the slot named; the slot is free again with `written`. */
export type ToArchive =
  | { readonly type: 'memory'; readonly memory: SharedArrayBuffer; readonly slotBytes: number }
  | {
      readonly type: 'frame';
      readonly record: FrameRecord;
      readonly slot: number;
      readonly bytes: number;
      /** Why a new segment begins with this frame; null: it need not. */
      readonly breakReason: string | null;
    }
  | { readonly type: 'mask'; readonly mask: MaskRecord }
  | { readonly type: 'end'; readonly reason: string; readonly lost: number };

/** Archive's thread -> engine. A frame counts as archived with `written`: pixels and lines have left the process. */
export type FromArchive =
  | { readonly type: 'begun' }
  | { readonly type: 'written'; readonly slot: number }
  | { readonly type: 'disk'; readonly freeBytes: number; readonly bytesWritten: number }
  /** Nothing is written any more; what was counted is whole on the disk. */
  | { readonly type: 'failed'; readonly message: string; readonly code: string | null }
  | { readonly type: 'ended'; readonly manifest: Manifest };
