import { z } from 'zod';
import type { Saying } from './sayings.ts';

/** One model of the registry, as the console, the API and the command line show it. */
export interface ModelListing {
  readonly id: string;
  /** shipped: came with the product and cannot be removed. */
  readonly origin: 'shipped' | 'user';
  readonly title: string;
  /** `bone-tracer`, `segmenter`, `dfine`, `dfine+sam`; null with a `problem`. */
  readonly kind: string | null;
  readonly licence: string | null;
  readonly provenance: string | null;
  readonly labels: readonly string[];
  /** Of its files together, as its manifest states them. */
  readonly bytes: number | null;
  /** Why it cannot be used, in words; null when its manifest is sound. */
  readonly problem: string | null;
  /** The same as consoles say it. */
  readonly said: Saying | null;
}

/** What was found when a model's files were read and compared with its manifest. */
export interface ModelCheck {
  readonly id: string;
  readonly problems: readonly string[];
  /** All of them as consoles say them; null when there are none. */
  readonly said: Saying | null;
}

const plainName = z.string().trim().min(1).max(200);
export const modelIdSchema = z
  .string()
  .regex(/^[\w-][\w.-]{0,63}$/, 'expected letters, digits, dots and dashes, at most 64');

/** What is said of a model that is added; what its files cannot tell. Absent: as its kind of export usually is. */
export const addModelSchema = z.strictObject({
  /** A folder with the model's .onnx files, or one file. */
  path: z.string().trim().min(1).max(4096),
  id: modelIdSchema.optional(),
  title: plainName.optional(),
  licence: z.string().trim().min(1).max(2000).optional(),
  /** Detectors: labels that are bone. Segmenters: output channels that are bone. */
  bone: z.array(z.number().int().min(0).max(999)).min(1).max(100).optional(),
  /** Detectors: score from which a box counts. Segmenters: probability from which a pixel is bone. */
  threshold: z.number().min(0).max(1).optional(),
  /** Segmenters: pixel size they were trained on, mm. */
  mmPerPixel: z.number().gt(0).max(10).optional(),
  /** Segmenters: value of a white pixel, then mean and deviation per channel. */
  white: z.number().gt(0).max(65_535).optional(),
  mean: z.array(z.number()).min(1).max(3).optional(),
  std: z.array(z.number().gt(0)).min(1).max(3).optional(),
});
export type AddModel = z.infer<typeof addModelSchema>;
