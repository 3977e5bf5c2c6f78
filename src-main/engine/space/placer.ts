import type {
  FrameMeta,
  FramePose,
  SpaceGeometry,
  SpacePlacement,
  SpaceSkipReason,
} from '../../../src-shared/index.ts';
import {
  type Affine,
  affineOfImage,
  affineOfPose,
  affineOfSpacing,
  coordinatesOf,
  isPose,
  largestShift,
  pixelSize,
  posed,
  spansPlane,
  turnedLpsRas,
} from './affine.ts';

export interface Placed {
  readonly placement: SpacePlacement;
  /** (column, row, 0, 1) -> mm, RAS. */
  readonly affine: Affine;
  readonly reference: string;
  readonly coordinates: 'RAS' | 'LPS';
}

/** An uncalibrated IMAGE matrix is constant bit by bit; a tracked one never rests this still in a hand. */
const IMAGE_MOVED_MM = 0.2;
/** A pose that moved by this while the IMAGE matrix stood still is not in it. */
const POSE_MOVED_MM = 1;
/** A change of pixel size is a turned depth knob, not a movement: what was compared with begins anew. */
const SAME_SIZE = 1e-3;

/**
 * The one rule by which a picture gets its place in space (setting `space.geometry`).
 *
 * `image`: the 12 floats of the IMAGE header are image to reference; the pose is never multiplied onto them.
 * `pose`: the pose times what maps the picture into the frame the pose comes from (`SpacePlacement` lists the cases).
 * `auto`: `image` as soon as the IMAGE matrix moves; `pose` when a pose moves while the matrix stands still; until
 * then nothing, as a wrong guess would draw a surface that is not there.
 *
 * A source that ever sent a pose is tracked: its frames without one are not placed under any rule, as PlusServer goes
 * on sending a matrix when it has lost the probe (openigtlink.md section 3). A pose of exactly identity after others
 * is how it writes an invalid one.
 */
export class Placer {
  #geometry: SpaceGeometry;
  #decided: 'image' | 'pose' | null = null;
  #poseSeen = false;
  #trackedPoseSeen = false;
  /** What image and pose are compared with: the first ones since the pixel size last changed. */
  #first: { readonly image: Affine; readonly pose: Affine | null } | null = null;

  constructor(geometry: SpaceGeometry) {
    this.#geometry = geometry;
  }

  /** Another source, or another rule: what was learnt of the last one says nothing. */
  reset(geometry: SpaceGeometry): void {
    this.#geometry = geometry;
    this.#decided = null;
    this.#poseSeen = false;
    this.#trackedPoseSeen = false;
    this.#first = null;
  }

  place(meta: FrameMeta): Placed | SpaceSkipReason {
    const { pose } = meta;
    this.#poseSeen ||= pose !== null;
    if (pose === null && (this.#poseSeen || this.#geometry === 'pose')) {
      return 'no-pose';
    }
    if (pose !== null && !this.#isValid(pose)) {
      return 'invalid-pose';
    }
    const image = affineOfImage(meta.sourceImageHeader);
    const rule = this.#geometry === 'auto' ? this.#decide(image, meta) : this.#geometry;
    if (rule === null) {
      return 'undecided';
    }
    return rule === 'pose' && pose !== null ? placedByPose(pose, image, meta) : placedByImage(image, meta);
  }

  #isValid({ matrix }: FramePose): boolean {
    if (!isPose(matrix)) {
      return false;
    }
    const isIdentity = matrix.every((value, index) => value === (index % 5 === 0 ? 1 : 0));
    this.#trackedPoseSeen ||= !isIdentity;
    return !isIdentity || !this.#trackedPoseSeen;
  }

  /** Which of the two moves. A matrix that moves after all has the last word: it holds the pose already. */
  #decide(image: Affine, { pose, size, scale }: FrameMeta): 'image' | 'pose' | null {
    if (!spansPlane(image) || this.#decided === 'image') {
      return this.#decided;
    }
    const current = {
      image,
      pose: pose === null ? null : posed(pose.matrix, affineOfSpacing(scale.mmPerPixel)),
    };
    if (this.#first === null || !isSameSize(this.#first.image, image) || this.#first.pose === null) {
      this.#first = current;
    }
    const before = this.#first;
    if (largestShift(image, before.image, size) > IMAGE_MOVED_MM) {
      this.#decided = 'image';
    } else if (current.pose !== null && before.pose !== null) {
      const moved = largestShift(current.pose, before.pose, size) > POSE_MOVED_MM;
      this.#decided ??= moved ? 'pose' : null;
    }
    return this.#decided;
  }
}

function isSameSize(a: Affine, b: Affine): boolean {
  const [before, now] = [pixelSize(a), pixelSize(b)];
  return before.every((size, axis) => Math.abs(size - (now[axis] as number)) <= SAME_SIZE * size);
}

function placedByImage(image: Affine, meta: FrameMeta): Placed | SpaceSkipReason {
  const coordinates = coordinatesOf(meta.sourceImageHeader);
  const affine = coordinates === 'LPS' ? turnedLpsRas(image) : image;
  return spansPlane(affine) ? { placement: 'image', affine, reference: meta.coordFrame, coordinates } : 'invalid-image';
}

/** TRANSFORM has no coordinate byte: a pose is RAS, and so is what it is multiplied with. */
function placedByPose(pose: FramePose, image: Affine, meta: FrameMeta): Placed | SpaceSkipReason {
  const [from = '', reference = ''] = framesOf(pose.name);
  const placed = (placement: SpacePlacement, affine: Affine): Placed | SpaceSkipReason =>
    spansPlane(affine) ? { placement, affine, reference, coordinates: 'RAS' } : 'invalid-image';
  if (from === 'Image') {
    return placed('pose-pixel', affineOfPose(pose.matrix));
  }
  if (from !== '' && from === meta.coordFrame) {
    const calibration = coordinatesOf(meta.sourceImageHeader) === 'LPS' ? turnedLpsRas(image) : image;
    return placed('pose-calibrated', posed(pose.matrix, calibration));
  }
  return placed('pose-uncalibrated', posed(pose.matrix, affineOfSpacing(meta.scale.mmPerPixel)));
}

/** `ProbeToReference` -> Probe, Reference. */
function framesOf(name: string): readonly string[] {
  return /^(.+?)To([A-Z]\w*)$/.exec(name)?.slice(1) ?? [];
}
