import path from 'node:path';
import { z } from 'zod';
import { type ModelManifest, manifestSchema, unusable } from '../manifest.ts';
import type { ModelFile } from '../manifest-parts.ts';
import type { Part, SegmenterOutput } from './recognise.ts';

/** What whoever adds a model says of it; what a file cannot tell. */
export interface AddOptions {
  readonly id: string;
  readonly title: string | null;
  readonly licence: string | null;
  /** Where the files came from. */
  readonly provenance: string;
  /** Detectors: labels that are bone. Segmenters: output channels that are bone. Null: the first, or the second of two. */
  readonly bone: readonly number[] | null;
  /** Detectors: score from which a box counts. Segmenters: probability from which a pixel is bone. */
  readonly threshold: number | null;
  /** Segmenters: pixel size the model was trained on. */
  readonly mmPerPixel: number | null;
  /** Segmenters: value of a white pixel, then mean and deviation per channel. */
  readonly white: number | null;
  readonly mean: readonly number[] | null;
  readonly std: readonly number[] | null;
}

export interface NamedPart {
  readonly file: ModelFile;
  readonly part: Part;
}

const NO_LICENCE = 'not stated by whoever added it';

/**
 * The manifest of a model made of these files.
 *
 * @throws {ModelRefused} when they do not make one model.
 */
export function assemble(parts: readonly NamedPart[], options: AddOptions): ModelManifest {
  const common = {
    id: options.id,
    title: options.title ?? options.id,
    licence: options.licence ?? NO_LICENCE,
    provenance: options.provenance,
  };
  const built = manifestSchema.safeParse({ ...common, ...kindOf(parts, options) });
  if (!built.success) throw unusable(z.prettifyError(built.error).replaceAll('\n', ' '));
  return built.data;
}

function kindOf(parts: readonly NamedPart[], options: AddOptions): object {
  const detector = one(parts, 'detector');
  const encoder = one(parts, 'encoder');
  const decoder = one(parts, 'decoder');
  const segmenter = one(parts, 'segmenter');
  if (segmenter !== null && parts.length === 1) return segmenterFields(segmenter, options);
  if (detector !== null && parts.length === 1) {
    return { kind: 'dfine', files: { detector: detector.file }, ...detectorFields(detector.part, options) };
  }
  if (segmenter !== null || detector === null || encoder === null || decoder === null) {
    const found = parts.map(({ file, part }) => `${part.role} (${path.basename(file.path)})`).join(', ');
    throw unusable(
      `these files are ${found}: expected a detector, an encoder and a decoder, or a detector or a segmenter alone`,
    );
  }
  if (encoder.part.family !== decoder.part.family) {
    throw unusable(
      `encoder ${encoder.file.path} is of the family ${encoder.part.family}, decoder ${decoder.file.path} of ` +
        `${decoder.part.family}: expected two of one family`,
    );
  }
  return {
    kind: 'dfine+sam',
    files: { detector: detector.file, encoder: encoder.file, decoder: decoder.file },
    ...detectorFields(detector.part, options),
    encoder: { variant: decoder.part.decoder.variant, input: encoder.part.input },
    decoder: decoder.part.decoder,
    mask: {},
  };
}

function detectorFields({ detector }: Part & { readonly role: 'detector' }, options: AddOptions): object {
  const boneLabels = options.bone ?? [0];
  const { threshold } = options;
  return {
    detector: { ...detector, boneLabels, ...(threshold !== null && { scoreThreshold: threshold }) },
    labels: labelsFor(boneLabels),
  };
}

function segmenterFields({ file, part }: Named<'segmenter'>, options: AddOptions): object {
  const { input, output } = part;
  const { channels, bone } = bonesOf(output, options.bone);
  const { threshold, mmPerPixel, white, mean, std } = options;
  return {
    kind: 'segmenter',
    files: { segmenter: file },
    input: { ...input, ...(white !== null && { white }), ...(mean !== null && { mean }), ...(std !== null && { std }) },
    mmPerPixel,
    output: {
      name: output.name,
      channels,
      bone,
      activation: output.hasProbabilities ? 'none' : channels === 1 ? 'sigmoid' : 'softmax',
    },
    ...(threshold !== null && { threshold }),
    mask: {},
    labels: labelsFor(bone),
  };
}

/** Of one channel the first, of two the second (background, bone); of more nobody can tell. */
function bonesOf(
  output: SegmenterOutput,
  said: readonly number[] | null,
): { channels: number; bone: readonly number[] } {
  const channels = output.channels ?? (said === null ? 1 : Math.max(...said) + 1);
  if (said !== null) return { channels, bone: said };
  if (channels <= 2) return { channels, bone: [channels - 1] };
  throw unusable(`output ${output.name} has ${channels} channels: say which are bone (--bone N)`);
}

/** Names for label numbers up to the highest that is bone. */
function labelsFor(bone: readonly number[]): string[] {
  return Array.from({ length: Math.max(...bone) + 1 }, (_, label) =>
    bone.includes(label) ? 'bone' : `label ${label}`,
  );
}

type Named<R extends Part['role']> = { readonly file: ModelFile; readonly part: Extract<Part, { readonly role: R }> };

/** The only part of a role; null where there is none. @throws {ModelRefused} for two of them. */
function one<R extends Part['role']>(parts: readonly NamedPart[], role: R): Named<R> | null {
  const found = parts.filter(({ part }) => part.role === role) as unknown as Named<R>[];
  if (found.length > 1) {
    throw unusable(`${found.map(({ file }) => file.path).join(' and ')} are each a ${role}: expected one of them`);
  }
  return found[0] ?? null;
}
