import type { DropReason, ScaleOrigin } from '../../../src-shared/index.ts';
import type { RendererReason } from '../../live/picture-renderer.ts';
import type { ResultWord } from '../../live/presentation.ts';
import { numberWriter } from '../numbers.ts';

const write = numberWriter('en');

const results: Record<ResultWord, string> = {
  bone: 'BONE',
  'no-bone': 'NO BONE',
  'ai-off': 'AI OFF',
  'ai-failed': 'AI FAILED',
  'frame-skipped': 'FRAME SKIPPED',
  'no-mask': 'NO MASK',
};

const resultTexts: Record<ResultWord, string> = {
  bone: 'Bone outlined on this frame',
  'no-bone': 'No bone found on this frame',
  'ai-off': 'The model is switched off',
  'ai-failed': 'The model gave no result',
  'frame-skipped': 'The model passed this frame over',
  'no-mask': 'No result in time: raw picture',
};

const rendererReasons: Record<RendererReason, string> = {
  chosen: 'as set',
  hardware: 'graphics card',
  software: 'no graphics card',
  unavailable: 'WebGL not available',
  lost: 'WebGL was lost',
};

const dropReasons: Record<DropReason, string> = {
  full: 'queue full',
  outdated: 'too old',
  'inference-down': 'inference down',
  'source-changed': 'source changed',
  'ai-off': 'AI off',
};

/** The picture, what was found on it, and the panel beside it. */
export const live = {
  results,
  resultTexts,
  resultTitle: 'Result of this frame',
  score: (score: number) => `score ${write.fixed(score, 2)}`,
  maskHidden: 'MASK HIDDEN',
  stage: 'Picture',
  panel: 'Beside the picture',
  connections: 'Connections',

  scale: {
    title: 'Scale',
    known: (mmPerPixel: readonly [number, number]) => `${write.spacing(mmPerPixel)} mm per pixel`,
    assumed: (mmPerPixel: readonly [number, number], origin: Exclude<ScaleOrigin, 'source'>) =>
      `scale assumed: ${write.spacing(mmPerPixel)} mm per pixel (${origin === 'user' ? 'set by user' : 'estimate'})`,
  },

  mask: {
    title: 'Mask',
    show: 'Show mask',
    hide: 'Hide mask',
    opacity: 'Mask opacity',
    percent: (opacity: number) => `${Math.round(opacity * 100)} %`,
  },

  figures: {
    title: 'Figures',
    lastKnown: 'last known, not current',
    fpsIn: 'Frames in',
    fpsOut: 'Masks out',
    painted: 'Painted',
    perSecond: '/s',
    latency: 'Latency from receipt',
    p50: 'p50',
    p95: 'p95',
    milliseconds: 'ms',
    drops: 'Dropped',
    queue: { rt: 'RT', gpu: 'GPU', out: 'Out' },
    dropReasons,
    coalesced: 'Coalesced',
    coalescedLong: 'Pictures not painted because a newer one was ready. Not a drop.',
    upstreamLost: 'Lost upstream',
    upstreamUnknown: 'not numbered',
    display: 'Display',
    renderers: { webgl: 'WebGL', '2d': '2-D' },
    rendererReasons,
  },
};

export const liveActions = {
  'mask.toggle': 'Mask on or off',
  'panel.toggle': 'Panel beside the picture on or off',
};
