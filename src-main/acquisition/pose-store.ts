import type { FramePose } from '../../src-shared/index.ts';
import { timestampBitsToNs } from '../openigtlink/index.ts';

interface StampedPose {
  readonly tsBits: bigint;
  readonly matrix: Float32Array;
}

/** Poses kept per transform: at 100 poses/s a quarter second, far more than any skew that may still be joined. */
const KEPT_PER_NAME = 32;
/** Names kept: a sender that invents a new name per message must not grow our memory. */
const MAX_NAMES = 64;

/**
 * The last poses by transform name, to join to pictures by time: equal time-stamp bits first, else the nearest within
 * the skew limit. A pose that comes later than its picture is not waited for (design, section 4).
 */
export class PoseStore {
  readonly #byName = new Map<string, StampedPose[]>();

  add(name: string, tsBits: bigint, matrix: Float32Array): void {
    let poses = this.#byName.get(name);
    if (poses === undefined) {
      if (this.#byName.size >= MAX_NAMES) {
        return;
      }
      poses = [];
      this.#byName.set(name, poses);
    }
    poses.push({ tsBits, matrix });
    if (poses.length > KEPT_PER_NAME) {
      poses.shift();
    }
  }

  /** `wanted` empty: the first transform ever seen. */
  match(wanted: string, tsBits: bigint, maxSkewMs: number): FramePose | null {
    const name = wanted === '' ? this.#byName.keys().next().value : wanted;
    const poses = name === undefined ? undefined : this.#byName.get(name);
    if (name === undefined || poses === undefined) {
      return null;
    }
    // As PlusServer sends it, a picture's pose has its very stamp, and is among the last.
    const exact = poses.findLast((pose) => pose.tsBits === tsBits);
    if (exact !== undefined) {
      return { name, matrix: exact.matrix, skewMs: 0 };
    }
    const pictureNs = timestampBitsToNs(tsBits);
    let best: FramePose | null = null;
    for (let i = poses.length - 1; i >= 0; i--) {
      const pose = poses[i] as StampedPose;
      const skewMs = Number(pictureNs - timestampBitsToNs(pose.tsBits)) / 1e6;
      if (Math.abs(skewMs) <= maxSkewMs && (best === null || Math.abs(skewMs) < Math.abs(best.skewMs))) {
        best = { name, matrix: pose.matrix, skewMs };
      }
    }
    return best;
  }
}
