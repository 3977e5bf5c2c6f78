/** Mixes a 32-bit integer well enough that neighbouring inputs give unrelated outputs (finaliser of MurmurHash3). */
export function hash32(value: number): number {
  let h = value | 0;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

function hashText(text: string): number {
  let h = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) h = Math.imul(h ^ text.charCodeAt(i), 0x01000193);
  return h >>> 0;
}

/**
 * Seeded random numbers, the same on every machine: sfc32 (Chris Doty-Humphrey's "small fast counting" generator).
 *
 * Each ingredient of a scene draws from its own `stream`, so that one more draw here does not reshuffle everything there.
 */
export class Random {
  readonly #seed: number;
  #a: number;
  #b: number;
  #c: number;
  #counter = 1;
  #spare: number | null = null;

  constructor(seed: number) {
    this.#seed = seed >>> 0;
    this.#a = hash32(this.#seed ^ 0x9e3779b9);
    this.#b = hash32(this.#a ^ 0x243f6a88);
    this.#c = hash32(this.#b);
    for (let i = 0; i < 12; i++) this.uniform();
  }

  /** An independent generator for the ingredient `name` of this seed. */
  stream(name: string): Random {
    return new Random(hash32(this.#seed ^ hashText(name)));
  }

  /** Evenly distributed in [low, high). */
  uniform(low = 0, high = 1): number {
    const t = (this.#a + this.#b + this.#counter) | 0;
    this.#counter = (this.#counter + 1) | 0;
    this.#a = this.#b ^ (this.#b >>> 9);
    this.#b = (this.#c + (this.#c << 3)) | 0;
    this.#c = ((this.#c << 21) | (this.#c >>> 11)) + t;
    this.#c |= 0;
    return low + ((t >>> 0) / 2 ** 32) * (high - low);
  }

  /** Integer in [low, high], both included. */
  integer(low: number, high: number): number {
    return low + Math.floor(this.uniform() * (high - low + 1));
  }

  chance(probability: number): boolean {
    return this.uniform() < probability;
  }

  sign(): 1 | -1 {
    return this.uniform() < 0.5 ? -1 : 1;
  }

  /** Standard normal (Box-Muller). */
  gaussian(): number {
    if (this.#spare !== null) {
      const value = this.#spare;
      this.#spare = null;
      return value;
    }
    const radius = Math.sqrt(-2 * Math.log(1 - this.uniform()));
    const angle = 2 * Math.PI * this.uniform();
    this.#spare = radius * Math.sin(angle);
    return radius * Math.cos(angle);
  }
}

/** Enough cosines that the sum looks irregular, few enough to be evaluated per beam. */
const WAVES = 10;

/**
 * A smooth random function of the plane with unit variance and Gaussian correlation of the given lengths (mm):
 * a sum of cosines with normally distributed wave vectors, so it can be evaluated anywhere, in any order.
 */
export class SmoothField {
  readonly #waves = new Float64Array(WAVES * 3);

  constructor(random: Random, lengthX: number, lengthY: number) {
    for (let i = 0; i < this.#waves.length; i += 3) {
      this.#waves[i] = random.gaussian() / lengthX;
      this.#waves[i + 1] = random.gaussian() / lengthY;
      this.#waves[i + 2] = random.uniform(0, 2 * Math.PI);
    }
  }

  at(x: number, y: number): number {
    const waves = this.#waves;
    let sum = 0;
    for (let i = 0; i < waves.length; i += 3) sum += Math.cos(waves[i]! * x + waves[i + 1]! * y + waves[i + 2]!);
    return sum * Math.sqrt(2 / WAVES);
  }
}
