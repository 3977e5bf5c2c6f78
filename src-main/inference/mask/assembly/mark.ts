/**
 * Cuts a mask out of a model's values, sixteen cells at a time (see `picture/assembly/resample.ts` for how such a file is
 * made and kept). In V8 this was the dearest step after a run: 0.3 ms for a grid of 320 x 256, now 0.04
 * with the copy into the loop's memory.
 */

/** First cell that is bone, rounded down to a multiple of 16, and the cell after the last, rounded up; 0 and 0 without any. */
export let begin: i32 = 0;
export let end: i32 = 0;

/** mask = 1 where values >= least, else 0. Both hold room for a multiple of 16 cells; what fills up the values is no bone. */
export function mark(values: usize, mask: usize, cells: i32, least: f32): void {
  const limit = f32x4.splat(least);
  const ones = i8x16.splat(1);
  begin = 0;
  end = 0;
  for (let cell = 0; cell < cells; cell += 16) {
    const at: usize = values + ((cell as usize) << 2);
    const low = i16x8.narrow_i32x4_s(f32x4.ge(v128.load(at), limit), f32x4.ge(v128.load(at, 16), limit));
    const high = i16x8.narrow_i32x4_s(f32x4.ge(v128.load(at, 32), limit), f32x4.ge(v128.load(at, 48), limit));
    const bone = v128.and(i8x16.narrow_i16x8_s(low, high), ones);
    v128.store(mask + cell, bone);
    if (v128.any_true(bone)) {
      if (end === 0) begin = cell;
      end = cell + 16;
    }
  }
}
