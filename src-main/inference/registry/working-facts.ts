import { existsSync } from 'node:fs';
import path from 'node:path';
import type { ModelManifest, SegmenterManifest } from '../manifest.ts';
import type { PictureInput } from '../manifest-parts.ts';
import { findModel, type ModelFolders, manifestAt } from './folders.ts';
import type { AddRequest } from './registry.ts';

/** Something a model is run with: what it is, and whether its files or somebody said so. */
export interface WorkingFact {
  readonly what: string;
  readonly value: string;
  /** Neither the files nor whoever added it said so: as its kind of export usually is. Wrong here is wrong in every mask. */
  readonly isAssumed: boolean;
}

/** How a model that was just added will be run. `request`: what was said of it. @throws {ModelRefused} */
export function workingFacts(folders: ModelFolders, id: string, request: AddRequest): readonly WorkingFact[] {
  const [given = ''] = request.paths;
  const hadManifest = existsSync(path.join(given, 'model.yaml'));
  return factsOf(manifestAt(findModel(folders, id)), (said) => !hadManifest && request[said] === null);
}

type Sayable = 'bone' | 'threshold' | 'mmPerPixel' | 'white' | 'mean' | 'std';

function factsOf(manifest: ModelManifest, isUnsaid: (said: Sayable) => boolean): readonly WorkingFact[] {
  const fact = (what: string, value: string, isAssumed = false): WorkingFact => ({ what, value, isAssumed });
  switch (manifest.kind) {
    case 'bone-tracer':
      return [fact('mm per pixel', `${manifest.input.mmPerPixel}`)];
    case 'segmenter':
      return [
        fact('input', sizeWords(manifest.input)),
        fact('pixel values', valueWords(manifest.input), isUnsaid('white') || isUnsaid('mean') || isUnsaid('std')),
        fact('mm per pixel', `${manifest.mmPerPixel ?? 'none: the picture as it comes'}`, isUnsaid('mmPerPixel')),
        fact('output', outputWords(manifest)),
        fact('bone', `channel ${manifest.output.bone.join(', ')}`, isUnsaid('bone')),
        fact('threshold', `probability ${manifest.threshold}`, isUnsaid('threshold')),
      ];
    case 'dfine':
    case 'dfine+sam':
      return [
        fact('detector', `${manifest.detector.variant}, ${sizeWords(manifest.detector.input)}`),
        fact('bone', `label ${manifest.detector.boneLabels.join(', ')}`, isUnsaid('bone')),
        fact('threshold', `score ${manifest.detector.scoreThreshold}`, isUnsaid('threshold')),
        ...(manifest.kind === 'dfine'
          ? []
          : [
              fact('encoder', `${manifest.encoder.variant}, ${sizeWords(manifest.encoder.input)}`),
              fact('encoder’s pixel values', valueWords(manifest.encoder.input)),
              fact('decoder', manifest.decoder.variant),
            ]),
      ];
  }
}

function sizeWords({ size, multipleOf, fit, channels }: PictureInput): string {
  const colours = channels === 1 ? 'gray' : 'RGB';
  return size === null
    ? `${colours}, any size${multipleOf > 1 ? ` in multiples of ${multipleOf}` : ''}`
    : `${colours}, ${size[0]} x ${size[1]}, ${fit}`;
}

function valueWords({ white, mean, std }: PictureInput): string {
  const shift = mean.length === 0 ? '' : `, less ${mean.join(' ')}`;
  const scale = std.length === 0 ? '' : `, divided by ${std.join(' ')}`;
  return `0 to ${white}${shift}${scale}`;
}

function outputWords({ output: { channels, activation } }: SegmenterManifest): string {
  const meaning = { none: 'probabilities', sigmoid: 'logits (sigmoid)', softmax: 'logits (softmax)' }[activation];
  return `${channels} ${channels === 1 ? 'channel' : 'channels'} of ${meaning}`;
}
