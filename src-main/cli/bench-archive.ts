import { closeSync, fdatasyncSync, mkdirSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import type { FrameMeta, RawFrame, ResultPacket } from '../../src-shared/index.ts';
import { maskBitsLength } from '../../src-shared/index.ts';
import { buildImageHeader } from '../openigtlink/index.ts';
import { BoundedQueue, monotonicMs } from '../pipeline/index.ts';
import { beginManifest, Recorder } from '../recording/index.ts';
import { machineName, round, spreadOf } from './statistics.ts';

export interface BenchArchiveOptions {
  /** Frames of each unpaced run. */
  readonly frames: number;
  /** Length of the paced run. */
  readonly seconds: number;
  readonly fps: number;
  /** Where to write: figures are of this disk. Default: the system's folder for temporary files. */
  readonly folder: string | null;
}

const SIZE = [640, 480] as const;
const FRAME_BYTES = SIZE[0] * SIZE[1];
/** Bare loop and archive take turns, so that both meet the same moods of the machine. */
const ROUNDS = 3;
/** The archive's own rhythm. */
const SYNC_MS = 300;
/** About what a frame's lines take. */
const LINES = Buffer.alloc(900, 'x');
/** Frames kept waiting in an unpaced run: enough never to starve the archive. */
const FEED = 128;
const RATIO_BUDGET = 0.8;
const RATE_BUDGET = 300;
const BACKLOG_BUDGET = 5;
const GIB = 2 ** 30;

/**
 * The archive beside a bare write loop of the same bytes with the same fdatasync rhythm, in the same run and on the same
 * disk (design, section 9); then at a scanner's pace: how far it falls behind, and what a frame costs the engine's loop.
 */
export async function benchArchive(options: BenchArchiveOptions): Promise<object> {
  const folder = mkdtempSync(path.join(options.folder ?? os.tmpdir(), 'bench-archive-'));
  try {
    const bare: number[] = [];
    const archive: number[] = [];
    const withMasks: number[] = [];
    for (let turn = 0; turn < ROUNDS; turn++) {
      bare.push(bareRate(folder, options.frames));
      archive.push(await archiveRate(folder, options.frames, false));
      withMasks.push(await archiveRate(folder, options.frames, true));
      process.stderr.write(`round ${turn + 1}/${ROUNDS}\n`);
    }
    const paced = await pacedRun(folder, options);
    const rate = median(archive);
    const ratio = rate / median(bare);
    return {
      bench: 'archive',
      machine: machineName(),
      frameBytes: FRAME_BYTES,
      frames: options.frames,
      framesPerSecond: { bare: bare.map(round), archive: archive.map(round), archiveWithMasks: withMasks.map(round) },
      archiveOverBare: round(ratio),
      paced,
      withinBudget: {
        ratio: ratio >= RATIO_BUDGET,
        rate: rate >= RATE_BUDGET,
        backlogP99: (paced.backlogFrames?.p99 ?? Number.POSITIVE_INFINITY) <= BACKLOG_BUDGET,
      },
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Frames/s of write, write, and fdatasync every 0.3 s and at the end. */
function bareRate(folder: string, frames: number): number {
  const pixels = new Uint8Array(FRAME_BYTES).fill(1);
  const names = ['bare.raw', 'bare.mhd'].map((name) => path.join(folder, name));
  const [data, header] = names.map((name) => openSync(name, 'w')) as [number, number];
  const startMs = monotonicMs();
  let syncedMs = startMs;
  for (let i = 0; i < frames; i++) {
    writeAll(data, pixels);
    writeAll(header, LINES);
    if (monotonicMs() - syncedMs > SYNC_MS) {
      fdatasyncSync(data);
      fdatasyncSync(header);
      syncedMs = monotonicMs();
    }
  }
  fdatasyncSync(data);
  fdatasyncSync(header);
  const seconds = (monotonicMs() - startMs) / 1000;
  closeSync(data);
  closeSync(header);
  for (const name of names) {
    rmSync(name);
  }
  return frames / seconds;
}

function writeAll(descriptor: number, bytes: Uint8Array): void {
  for (let written = 0; written < bytes.byteLength; ) {
    written += writeSync(descriptor, bytes, written);
  }
}

/** Frames/s of the product, from the first frame to the closed files. */
async function archiveRate(folder: string, frames: number, masks: boolean): Promise<number> {
  const recording = await openRecorder(folder, masks);
  const { recorder } = recording;
  const startMs = monotonicMs();
  for (let i = 0; i < frames; i++) {
    const frame = frameOf(i);
    recorder.frame(frame);
    if (masks) {
      recorder.result(resultOf(frame));
    }
    while (recorder.counts.backlogFrames > FEED) {
      await new Promise((resolve) => setImmediate(resolve));
    }
  }
  const { frames: recorded } = await recorder.stop('the end of the run');
  const seconds = (monotonicMs() - startMs) / 1000;
  recording.remove();
  if (recorded !== frames) {
    throw new Error(`${recorded} frames recorded: expected ${frames}`);
  }
  return frames / seconds;
}

async function pacedRun(folder: string, { fps, seconds }: BenchArchiveOptions) {
  const { recorder, remove } = await openRecorder(folder, true);
  const backlogs: number[] = [];
  const callMs: number[] = [];
  const startMs = monotonicMs();
  for (let i = 0; i < fps * seconds; i++) {
    const dueMs = startMs + (i * 1000) / fps;
    await new Promise((resolve) => setTimeout(resolve, Math.max(0, dueMs - monotonicMs())));
    const frame = frameOf(i);
    const beforeMs = monotonicMs();
    recorder.frame(frame);
    callMs.push(monotonicMs() - beforeMs);
    recorder.result(resultOf(frame));
    backlogs.push(recorder.counts.backlogFrames);
  }
  const { lost } = recorder.counts;
  await recorder.stop('the end of the run');
  remove();
  return { fps, seconds, lost, backlogFrames: spreadOf(backlogs), engineLoopMsPerFrame: spreadOf(callMs) };
}

async function openRecorder(parent: string, recordMasks: boolean): Promise<{ recorder: Recorder; remove: () => void }> {
  const folder = path.join(parent, 'recording');
  mkdirSync(folder);
  const manifest = beginManifest({
    ...{ name: 'recording', startedMs: Date.now(), startReason: 'bench', software: 'bench', source: null },
  });
  const recorder = new Recorder(
    {
      ...{ folder, stem: 'bench', manifest, recordMasks, segmentBytes: 2 * GIB, maxBacklogBytes: GIB },
      ...{ startMs: monotonicMs(), lastTimestampS: -1, firstReason: 'start' },
    },
    new BoundedQueue<RawFrame>(null),
    {
      failed: (message) => process.stderr.write(`the archive failed: ${message}\n`),
      disk: () => {},
    },
  );
  await recorder.begun();
  return { recorder, remove: () => rmSync(folder, { recursive: true }) };
}

const PIXELS = new Uint8Array(FRAME_BYTES).fill(1);
const BITS = new Uint8Array(maskBitsLength(FRAME_BYTES)).fill(0x0f);
const META: Omit<FrameMeta, 'frameId'> = {
  streamId: 'main',
  sourceKind: 'simulated',
  deviceName: 'Image_Reference',
  ts: 1_700_000_000,
  tsBits: 0x6553f10080000000n,
  frameIdOrigin: 'source',
  size: SIZE,
  spacing: [0.1, 0.1, 1],
  scale: { mmPerPixel: [0.1, 0.1], origin: 'source' },
  orientation: 'MF',
  coordFrame: 'Reference',
  pose: { name: 'ProbeToReference', matrix: new Float32Array(16).fill(0.125), skewMs: 0 },
  sourceImageHeader: buildImageHeader({
    size: [SIZE[0], SIZE[1], 1],
    scalarType: 3,
    matrix: Float32Array.of(0.1, 0, 0, 0, 0.1, 0, 0, 0, 1, 0, 0, 0),
  }),
};

function frameOf(frameId: number): RawFrame {
  return {
    meta: { ...META, frameId },
    scalarType: 'uint8',
    components: 1,
    raw: PIXELS,
    pixels: PIXELS,
    receivedMs: monotonicMs(),
    lease: null,
  };
}

function resultOf(frame: RawFrame): ResultPacket {
  const nowMs = monotonicMs();
  return {
    frame,
    state: 'bone',
    result: { kind: 'mask', mask: PIXELS, bits: BITS, boxes: null },
    score: 0.5,
    reason: null,
    modelId: 'bench',
    provider: 'cpu',
    trace: {
      ...{ receivedMs: frame.receivedMs, dequeuedMs: nowMs, preprocessedMs: nowMs, runStartMs: nowMs },
      ...{ runEndMs: nowMs, postprocessedMs: nowMs, sentMs: nowMs, modelWaitMs: 0, detailMs: {} },
    },
  };
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1] as number;
}
