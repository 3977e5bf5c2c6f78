import { buildImageHeader } from '../../../../src-main/openigtlink/index.ts';
import type { FrameMeta, FramePose, ResultPacket } from '../../../../src-shared/index.ts';
import { packMask } from '../../../../src-shared/index.ts';
import { aFrame } from '../../../support/frames.ts';

export const SIZE = [40, 30] as const;
export const IDENTITY = Float32Array.of(1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1);

export interface ImagePlace {
  readonly i?: readonly [number, number, number];
  readonly j?: readonly [number, number, number];
  readonly centre?: readonly [number, number, number];
  readonly coordinate?: 1 | 2;
}

export function imageHeader({ i = [0.1, 0, 0], j = [0, 0.1, 0], centre = [0, 0, 0], coordinate = 1 }: ImagePlace) {
  return buildImageHeader({
    size: [SIZE[0], SIZE[1], 1],
    scalarType: 3,
    components: 1,
    endian: 2,
    coordinate,
    matrix: Float32Array.of(...i, ...j, 0, 0, 1, ...centre),
  });
}

/** Turned by 90° about z, then moved: x of the picture becomes y of the reference. */
export function poseAt(x: number, y: number, z: number, name = 'ProbeToReference'): FramePose {
  return { name, matrix: Float32Array.of(0, -1, 0, x, 1, 0, 0, y, 0, 0, 1, z, 0, 0, 0, 1), skewMs: 0 };
}

export function metaOf(place: ImagePlace, pose: FramePose | null, overrides: Partial<FrameMeta> = {}): FrameMeta {
  return aFrame({ meta: { size: SIZE, sourceImageHeader: imageHeader(place), pose, ...overrides } }).meta;
}

/** A result with bone on the given pixels. */
export function boneAt(meta: FrameMeta, pixels: readonly (readonly [number, number])[], receivedMs = 0): ResultPacket {
  const mask = new Uint8Array(SIZE[0] * SIZE[1]);
  for (const [column, row] of pixels) {
    mask[row * SIZE[0] + column] = 1;
  }
  return {
    frame: aFrame({ meta, receivedMs }),
    state: 'bone',
    result: { kind: 'mask', mask, bits: packMask(mask), boxes: null },
    score: null,
    reason: null,
    modelId: 'test',
    provider: 'cpu',
    trace: {
      receivedMs,
      dequeuedMs: null,
      preprocessedMs: null,
      runStartMs: null,
      runEndMs: null,
      postprocessedMs: null,
      sentMs: null,
      modelWaitMs: 0,
      detailMs: {},
    },
  };
}
