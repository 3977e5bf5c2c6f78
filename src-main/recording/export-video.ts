import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { rename, rm } from 'node:fs/promises';
import path from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { SaidError, say } from '../../src-shared/index.ts';
import { type RecordedSegment, SequenceReader } from '../sequences/index.ts';
import type { ExportControl, ExportReport, ExportRequest } from './export.ts';

/** Frames/s of a recording too short to have a rate. */
const DEFAULT_RATE = 30;
/** Blue-green of the Okabe-Ito palette, which colour-blind eyes tell from gray; the rest of the pixel stays the picture's. */
const BONE: readonly [number, number, number] = [0, 158, 115];
const BONE_OPACITY = 0.45;
/** Along the upper edge of a frame whose mask slot is INVALID, so that "no mask" is not taken for "no bone". */
const NO_MASK: readonly [number, number, number] = [230, 159, 0];
const NO_MASK_ROWS = 4;
/** Of what the encoder says when it fails. */
const SAID_CHARACTERS = 500;

/** An MP4 with the masks drawn on their frames, at the recording's mean rate; needs ffmpeg. */
export async function exportVideo(
  { file }: ExportRequest,
  segments: readonly RecordedSegment[],
  control: ExportControl,
): Promise<ExportReport> {
  const parts = await openParts(segments);
  try {
    const total = parts.reduce((sum, { image }) => sum + image.info.frames, 0);
    const { size } = checkedInfo(parts);
    const rate = meanRate(parts, total);
    const partial = `${file}.partial`;
    const encoder = new Encoder(size, rate, partial, control.signal);
    try {
      let count = 0;
      for (const part of parts) {
        for (let index = 0; index < part.image.info.frames; index++) {
          control.signal.throwIfAborted();
          await encoder.write(await overlaid(part, index));
          control.progress(++count, total);
        }
      }
      await encoder.end();
      await rename(partial, file);
    } catch (error) {
      await encoder.cancel();
      await rm(partial, { force: true });
      // Cancelling ends ffmpeg, too: that it ended is not why.
      throw control.signal.aborted ? control.signal.reason : error;
    }
    const notes = [
      `${rate.toFixed(2)} frames/s throughout: the recording's mean, not each frame's own time`,
      'an orange edge marks frames without a mask',
    ];
    return { files: [file], frames: total, notes };
  } finally {
    await Promise.all(parts.flatMap(({ image, mask }) => [image.close(), mask?.close()]));
  }
}

interface Part {
  readonly image: SequenceReader;
  readonly mask: SequenceReader | null;
}

async function openParts(segments: readonly RecordedSegment[]): Promise<Part[]> {
  const parts: Part[] = [];
  for (const { image, mask } of segments) {
    parts.push({
      image: await SequenceReader.open(image),
      mask: mask === null ? null : await SequenceReader.open(mask),
    });
  }
  return parts;
}

/** @throws when the pictures are not of one size or not of 8 bits. */
function checkedInfo(parts: readonly Part[]): { size: readonly [number, number] } {
  const { info } = (parts[0] as Part).image;
  for (const { image } of parts) {
    const name = path.basename(image.path);
    if (image.info.scalarType !== 'uint8') {
      throw new SaidError(say('video.pixels', { name, type: image.info.scalarType }));
    }
    if (image.info.size.some((side, axis) => side !== info.size[axis])) {
      const [found, expected] = [image.info.size.join(' x '), info.size.join(' x ')];
      throw new SaidError(say('video.unlike', { name, found, expected }));
    }
  }
  return info;
}

function meanRate(parts: readonly Part[], frames: number): number {
  const first = parts[0]?.image.timestampS(0) ?? null;
  const end = parts.at(-1)?.image;
  const last = end === undefined ? null : end.timestampS(end.info.frames - 1);
  return first === null || last === null || last <= first || frames < 2 ? DEFAULT_RATE : (frames - 1) / (last - first);
}

/** RGB of a frame with its mask. */
async function overlaid({ image, mask }: Part, index: number): Promise<Uint8Array> {
  const { pixels } = await image.frame(index);
  const { components, size } = image.info;
  const count = size[0] * size[1];
  const rgb = Buffer.allocUnsafe(count * 3);
  for (let i = 0; i < count; i++) {
    for (let channel = 0; channel < 3; channel++) {
      rgb[3 * i + channel] = pixels[components === 3 ? 3 * i + channel : i] as number;
    }
  }
  const slot = mask === null || index >= mask.info.frames ? null : await mask.frame(index);
  if (slot?.imageValid === true) {
    drawBone(rgb, slot.pixels);
  } else {
    drawEdge(rgb, size);
  }
  return rgb;
}

function drawBone(rgb: Buffer, mask: Uint8Array): void {
  for (let i = 0; i < mask.length; i++) {
    if (mask[i] === 1) {
      for (let channel = 0; channel < 3; channel++) {
        const at = 3 * i + channel;
        rgb[at] = (rgb[at] as number) * (1 - BONE_OPACITY) + (BONE[channel] as number) * BONE_OPACITY;
      }
    }
  }
}

function drawEdge(rgb: Buffer, [columns, rows]: readonly [number, number]): void {
  const pixels = columns * Math.min(rows, NO_MASK_ROWS);
  for (let i = 0; i < pixels; i++) {
    rgb.set(NO_MASK, 3 * i);
  }
}

/** ffmpeg as a child that takes pictures on its standard input; ended when cancelled. */
class Encoder {
  readonly #input: Writable;
  readonly #exited: Promise<number | null>;
  readonly #kill: () => void;
  #said = '';
  #failure: Error | null = null;

  constructor([columns, rows]: readonly [number, number], rate: number, file: string, signal: AbortSignal) {
    const args = [
      ...['-hide_banner', '-loglevel', 'error', '-nostdin', '-y'],
      ...[
        '-f',
        'rawvideo',
        '-pixel_format',
        'rgb24',
        '-video_size',
        `${columns}x${rows}`,
        '-framerate',
        rate.toFixed(6),
      ],
      ...['-i', 'pipe:0'],
      // Most players take only even sizes and this pixel format.
      ...['-vf', 'pad=ceil(iw/2)*2:ceil(ih/2)*2', '-pix_fmt', 'yuv420p', '-movflags', '+faststart', '-f', 'mp4'],
      `file:${file}`,
    ];
    const child = spawn('ffmpeg', args, { stdio: ['pipe', 'ignore', 'pipe'] });
    this.#input = child.stdin;
    this.#kill = () => child.kill('SIGKILL');
    this.#exited = new Promise((resolve) => {
      child.once('close', (code) => resolve(code));
      child.once('error', (error: NodeJS.ErrnoException) => {
        this.#failure = error.code === 'ENOENT' ? new SaidError(say('video.no-ffmpeg')) : error;
        resolve(null);
      });
    });
    // Its end shows as an exit with what it said; a broken pipe says less.
    child.stdin.on('error', () => {});
    (child.stderr as Readable).setEncoding('utf8').on('data', (text: string) => {
      this.#said = (this.#said + text).slice(-SAID_CHARACTERS);
    });
    signal.addEventListener('abort', this.#kill, { once: true });
  }

  /** @throws what ffmpeg said when it has ended. */
  async write(rgb: Uint8Array): Promise<void> {
    if (!this.#input.write(rgb)) {
      await Promise.race([once(this.#input, 'drain'), this.#exited]);
    }
    if (this.#input.destroyed) {
      await this.#ended();
    }
  }

  async end(): Promise<void> {
    this.#input.end();
    await this.#ended();
  }

  async cancel(): Promise<void> {
    this.#kill();
    await this.#exited;
  }

  async #ended(): Promise<void> {
    const code = await this.#exited;
    if (this.#failure !== null || code !== 0) {
      throw this.#failure ?? new SaidError(say('video.failed', { code: String(code), why: this.#said.trim() }));
    }
  }
}
