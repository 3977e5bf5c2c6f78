import type { SequenceFrame } from './types.ts';

export interface FrameTransform {
  /** From and to, e.g. `ProbeToTracker`. */
  readonly name: string;
  /** 4 x 4, row-major, mm. */
  readonly matrix: Float32Array;
  /** False where the tracker did not see its marker: the matrix is then meaningless. */
  readonly ok: boolean;
}

/** The tracked poses of a frame: fields `<From>To<To>Transform` of 16 numbers, with their `…Status`. */
export function transformsOf(frame: SequenceFrame): readonly FrameTransform[] {
  const transforms: FrameTransform[] = [];
  for (const [key, value] of frame.fields) {
    if (!key.endsWith('Transform')) continue;
    const numbers = value.trim().split(/\s+/, 17).map(Number);
    if (numbers.length !== 16 || !numbers.every(Number.isFinite)) continue;
    const status = frame.fields.get(`${key}Status`);
    transforms.push({
      name: key.slice(0, -'Transform'.length),
      matrix: Float32Array.from(numbers),
      ok: status === undefined || status.toUpperCase() === 'OK',
    });
  }
  return transforms;
}
