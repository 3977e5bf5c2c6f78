import type {
  CommandArguments,
  CommandName,
  CommandResults,
  FrameMeta,
  MaskResult,
  ResultPacket,
  SettingKey,
  Settings,
  SpaceGeometry,
  SpaceSkipReason,
  SpaceStatus,
} from '../../../src-shared/index.ts';
import { boneSpan, SaidError, SPACE_POINT_FLOATS, SPACE_POINTS_PER_ANSWER, say } from '../../../src-shared/index.ts';
import type { SurfaceToPublish } from '../../publishing/index.ts';
import type { EnginePart } from '../part.ts';
import type { Affine } from './affine.ts';
import { BoneCloud } from './bone-cloud.ts';
import { type Placed, Placer } from './placer.ts';
import { PlaneRing } from './plane-ring.ts';
import { eachSurfacePixel } from './surface.ts';

export type SpaceCommand = Extract<CommandName, `space.${string}`>;

export const isSpaceCommand = (name: CommandName): name is SpaceCommand => name.startsWith('space.');

/** Finer than a bone surface is outlined, coarse enough that a sweep back over the same place adds little. */
const GRID_MM = 0.5;
/** 2 MB of numbers; at one point per 0.5 mm about 250 cm² of bone. */
const MAX_POINTS = 100_000;
/** Pictures whose place is remembered: about a second at 120 frames/s, longer than any console lags behind. */
const PLANES = 128;

export interface SpaceDeskOptions {
  readonly geometry: SpaceGeometry;
  /** Sends the surface to Slicer. @throws in words when it cannot. @returns to how many clients. */
  readonly publish: (surface: SurfaceToPublish) => number;
  readonly changed: () => void;
}

/** The bone surface in space, gathered from the masks and the geometry of the frames they belong to. */
export class SpaceDesk implements EnginePart {
  readonly #options: SpaceDeskOptions;
  readonly #placer: Placer;
  readonly #cloud = new BoneCloud(GRID_MM, MAX_POINTS);
  readonly #planes = new PlaneRing(PLANES);
  #geometry: SpaceGeometry;
  #newest: { readonly placed: Placed; readonly meta: FrameMeta } | null = null;
  /** Points of two coordinate frames are never in one cloud. */
  #frameOfReference: string | null = null;
  #firstPointMs: number | null = null;
  #framesUsed = 0;
  #skipped = noneSkipped();

  constructor(options: SpaceDeskOptions) {
    this.#options = options;
    this.#geometry = options.geometry;
    this.#placer = new Placer(options.geometry);
  }

  settingsChanged(changed: ReadonlySet<SettingKey>, settings: Settings): void {
    if (changed.has('space.geometry')) {
      this.#geometry = settings['space.geometry'];
      this.sourceChanged();
    }
  }

  /** Another source, or another rule: nothing gathered so far goes on. */
  sourceChanged(): void {
    this.#placer.reset(this.#geometry);
    this.#planes.clear();
    this.#newest = null;
    this.#frameOfReference = null;
    this.#clear();
  }

  /** A result was sent. Reads the mask at once and keeps none of it; well below a millisecond. */
  result({ frame, state, result }: ResultPacket): void {
    const { meta } = frame;
    const hasBone = state === 'bone' && result?.kind === 'mask';
    const placed = this.#placer.place(meta);
    if (typeof placed === 'string') {
      this.#skipped[placed] += hasBone ? 1 : 0;
      return;
    }
    this.#enter(placed, meta);
    this.#planes.add({ tsBits: meta.tsBits, size: meta.size, affine: placed.affine });
    if (hasBone) {
      this.#framesUsed++;
      this.#gather(result, meta, placed.affine, frame.receivedMs);
    }
  }

  async run<N extends CommandName>(name: N & SpaceCommand, args: CommandArguments<N>): Promise<CommandResults[N]> {
    return this.#handlers[name as SpaceCommand](args as never) as CommandResults[N];
  }

  describe(): SpaceStatus {
    const { placed = null, meta = null } = this.#newest ?? {};
    return {
      generation: this.#cloud.generation,
      points: this.#cloud.count,
      maxPoints: MAX_POINTS,
      gridMm: GRID_MM,
      framesUsed: this.#framesUsed,
      framesSkipped: { ...this.#skipped },
      placement: placed?.placement ?? null,
      reference: placed?.reference ?? '',
      sourceCoordinates: placed?.coordinates ?? 'RAS',
      scaleOrigin: meta?.scale.origin ?? null,
      sourceKind: meta?.sourceKind ?? null,
    };
  }

  readonly #handlers: { readonly [N in SpaceCommand]: (args: CommandArguments<N>) => CommandResults[N] } = {
    'space.points': ({ generation, since, tsBits }) => {
      const from = generation === this.#cloud.generation ? Math.min(since, this.#cloud.count) : 0;
      return {
        generation: this.#cloud.generation,
        from,
        points: base64(this.#cloud.slice(from, SPACE_POINTS_PER_ANSWER)),
        total: this.#cloud.count,
        plane: this.#planes.find(tsBits === null ? null : BigInt(`0x${tsBits}`)),
      };
    },
    'space.clear': () => {
      this.#clear();
      this.#options.changed();
      return null;
    },
    'space.publish': () => {
      const newest = this.#newest;
      if (newest === null || this.#cloud.count === 0) {
        throw new SaidError(say('space.no-points'));
      }
      const { placed, meta } = newest;
      const points = this.#positions(placed.coordinates);
      const clients = this.#options.publish({ meta, points, ...placed });
      return { points: points.length / 3, clients };
    },
  };

  #enter(placed: Placed, meta: FrameMeta): void {
    const name = placed.placement === 'image' ? meta.deviceName : (meta.pose?.name ?? '');
    const frameOfReference = [placed.placement, name, placed.coordinates].join(' ');
    if (this.#frameOfReference !== null && this.#frameOfReference !== frameOfReference) {
      this.#clear();
      this.#planes.clear();
    }
    this.#frameOfReference = frameOfReference;
    this.#newest = { placed, meta };
  }

  #gather({ mask, bits }: MaskResult, meta: FrameMeta, affine: Affine, receivedMs: number): void {
    this.#firstPointMs ??= receivedMs;
    const timeS = (receivedMs - this.#firstPointMs) / 1000;
    const isDepthAlongX = meta.orientation[0] === 'F' || meta.orientation[0] === 'N';
    const mmPerDepth = meta.scale.mmPerPixel[isDepthAlongX ? 0 : 1];
    const at = (index: number): number => affine[index] as number;
    const [from, end] = boneSpan(bits);
    eachSurfacePixel(mask, meta.size, meta.orientation, [8 * from, 8 * end], (column, row, depth) => {
      this.#cloud.add(
        at(0) * column + at(1) * row + at(3),
        at(4) * column + at(5) * row + at(7),
        at(8) * column + at(9) * row + at(11),
        depth * mmPerDepth,
        timeS,
      );
    });
  }

  /** x, y, z of all points in the source's own numbers: they lie on its picture in Slicer, which reads both as RAS. */
  #positions(coordinates: 'RAS' | 'LPS'): Float32Array {
    const all = this.#cloud.slice(0, this.#cloud.count);
    const count = this.#cloud.count;
    const sign = coordinates === 'LPS' ? -1 : 1;
    const points = new Float32Array(count * 3);
    for (let i = 0; i < count; i++) {
      points[3 * i] = sign * (all[i * SPACE_POINT_FLOATS] as number);
      points[3 * i + 1] = sign * (all[i * SPACE_POINT_FLOATS + 1] as number);
      points[3 * i + 2] = all[i * SPACE_POINT_FLOATS + 2] as number;
    }
    return points;
  }

  #clear(): void {
    this.#cloud.clear();
    this.#firstPointMs = null;
    this.#framesUsed = 0;
    this.#skipped = noneSkipped();
  }
}

function noneSkipped(): Record<SpaceSkipReason, number> {
  return { 'no-pose': 0, 'invalid-pose': 0, 'invalid-image': 0, undecided: 0 };
}

const base64 = (values: Float32Array): string =>
  Buffer.from(values.buffer, values.byteOffset, values.byteLength).toString('base64');
