import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach } from 'vitest';
import { buildImageHeader } from '../../../src-main/openigtlink/index.ts';
import { ArchiveWriter } from '../../../src-main/recording/archive-writer.ts';
import type { FrameRecord, MaskRecord, SegmentFormat } from '../../../src-main/recording/frame-record.ts';
import { beginManifest, type Manifest } from '../../../src-main/recording/manifest.ts';
import { packMask } from '../../../src-shared/index.ts';

export const FORMAT: SegmentFormat = {
  size: [8, 6],
  scalarType: 'uint8',
  components: 1,
  bigEndian: false,
  spacing: [0.2, 0.2, 1],
  orientation: 'MF',
  deviceName: 'Image_Reference',
  sourceKind: 'live',
};
export const FRAME_BYTES = 48;

/** The record of frame `seq`, ten milliseconds after the one before. */
export function aRecord(seq: number, overrides: Partial<FrameRecord> & { format?: SegmentFormat } = {}): FrameRecord {
  return {
    seq,
    format: FORMAT,
    frameNumber: 100 + seq,
    frameNumberOrigin: 'source',
    stampBits: 0x6553f10080000000n + BigInt(seq),
    receivedS: seq * 0.01,
    receivedUtcMs: 1_700_000_000_000 + seq * 10,
    pose: {
      name: 'ProbeToTracker',
      matrix: Float32Array.of(1, 0, 0, seq, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1),
      skewMs: 0,
    },
    imageHeader: buildImageHeader({
      size: [8, 6, 1],
      scalarType: 3,
      matrix: Float32Array.of(0.2, 0, 0, 0, 0.2, 0, 0, 0, 1, 10, 20, 30),
    }),
    ...overrides,
  };
}

export const pixelsOf = (seq: number, bytes = FRAME_BYTES): Uint8Array => new Uint8Array(bytes).fill(seq + 1);

/** The mask of frame `seq`: one pixel of bone, at place `seq`. */
export function aMask(seq: number): MaskRecord {
  const mask = new Uint8Array(FRAME_BYTES);
  mask[seq % FRAME_BYTES] = 1;
  return {
    seq,
    state: 'bone',
    bits: packMask(mask),
    score: 0.5,
    reason: null,
    modelId: 'bone-tracer',
    provider: 'cpu',
    inferenceMs: 4.25,
  };
}

export const noMask = (seq: number): MaskRecord => ({
  ...aMask(seq),
  state: 'none',
  bits: null,
  score: null,
  modelId: null,
  provider: null,
  inferenceMs: null,
});

export const aManifest = (): Manifest =>
  beginManifest({ name: 'r', startedMs: 1_700_000_000_000, startReason: 'a test', software: 'test', source: null });

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

export function aFolder(): string {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'recording-'));
  folders.push(folder);
  return folder;
}

export function anArchive(
  folder: string,
  options: { segmentBytes?: number; recordMasks?: boolean } = {},
): ArchiveWriter {
  return new ArchiveWriter({
    folder,
    stem: 'r',
    manifest: aManifest(),
    recordMasks: true,
    segmentBytes: 2 ** 31,
    ...options,
  });
}

/** A header's lines without the frames' blocks, and the blocks' lines. */
export function linesOf(folder: string, name: string): string[] {
  return readFileSync(path.join(folder, name), 'latin1').trimEnd().split('\n');
}

export const bytesOf = (folder: string, name: string): Uint8Array =>
  new Uint8Array(readFileSync(path.join(folder, name)));
export const isThere = (folder: string, name: string): boolean => existsSync(path.join(folder, name));
