import type { DropReason, ScaleOrigin, Settings } from '../../../src-shared/index.ts';
import type { RendererReason } from '../../live/picture-renderer.ts';
import type { ResultWord } from '../../live/presentation.ts';
import { numberWriter } from '../numbers.ts';

type Turn = Pick<Settings, 'view.quarterTurns' | 'view.flipHorizontal' | 'view.flipVertical'>;

const write = numberWriter('en-GB');

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
  /** Of a model that gives boxes alone. */
  framedOnly: 'Bone boxed on this frame, not outlined',
  boxes: (scores: readonly number[]) =>
    `${scores.length === 1 ? '1 box' : `${scores.length} boxes`}: ${scores.map((score) => write.fixed(score, 2)).join(', ')}`,
  smoothed: (frames: number) => `MASK OVER ${frames} FRAMES`,
  resultTitle: 'Result of this frame',
  score: (score: number) => `score ${write.fixed(score, 2)}`,
  maskHidden: 'MASK HIDDEN',
  stage: 'Picture',
  panel: 'Beside the picture',
  connections: 'Connections',

  scale: {
    title: 'Scale',
    assumedShort: 'SCALE ASSUMED',
    known: (mmPerPixel: readonly [number, number]) => `${write.spacing(mmPerPixel)} mm per pixel`,
    assumed: (mmPerPixel: readonly [number, number], origin: Exclude<ScaleOrigin, 'source'>) =>
      `scale assumed: ${write.spacing(mmPerPixel)} mm per pixel (${origin === 'user' ? 'set by user' : 'estimate'})`,
  },

  mask: {
    title: 'Mask',
    show: 'Show mask',
    hide: 'Hide mask',
    opacity: 'Mask opacity',
    boxes: 'Boxes',
    shapes: { fill: 'Filled', outline: 'Outline', surface: 'Surface' },
    colour: 'Colour of the mask',
    colours: { blue: 'Blue', yellow: 'Yellow', green: 'Green', purple: 'Purple' },
    percent: (opacity: number) => `${Math.round(opacity * 100)} %`,
  },

  controls: {
    title: 'Picture',
    freeze: 'Freeze',
    screenshot: 'Capture',
    distance: 'Distance',
    clear: 'Clear',
    split: 'Split',
    zoom: 'Zoom',
    whole: 'Whole',
  },
  split: { raw: 'RAW', overlay: 'WITH MASK' },
  ruler: (depthMm: number) => (depthMm === 0 ? '0' : `${depthMm} mm`),
  measure: {
    byKeyboard:
      'Picture, measuring: Enter begins a distance, arrows move its end, with Shift by ten pixels; Enter sets it, Esc gives it up',
    length: (mm: number, origin: ScaleOrigin) =>
      `${write.fixed(mm, 1)} mm${origin === 'source' ? '' : ' (scale assumed)'}`,
  },
  /** How the picture on screen differs from the data; null: not at all. */
  turned: (turn: Turn) => {
    const parts = [
      turn['view.quarterTurns'] === 0 ? null : `TURNED ${90 * turn['view.quarterTurns']}°`,
      turn['view.flipHorizontal'] ? 'MIRRORED ↔' : null,
      turn['view.flipVertical'] ? 'MIRRORED ↕' : null,
    ].filter((part) => part !== null);
    return parts.length === 0 ? null : parts.join(' ');
  },
  cine: {
    title: 'Frozen picture',
    onlyHere: 'FREEZE: this screen only.',
    slicerGoesOn: 'The scanner, the masks to Slicer and a recording go on.',
    engineGoesOn: 'The source goes on. Masks of this source are not published to Slicer.',
    back: 'Back',
    forward: 'Next',
    play: 'Play',
    pause: 'Pause',
    goOn: 'Back to now',
    position: 'Place among the last seconds',
    place: (number: number, count: number) => `${number} / ${count}`,
    before: (ms: number) => `−${write.fixed(ms / 1000, 2)} s`,
    time: (time: Date) => `${time.toLocaleTimeString('en-GB')}.${String(time.getMilliseconds()).padStart(3, '0')}`,
    noTime: 'no source time',
    shortened: (ms: number) => `Memory holds only the last ${write.seconds(ms)} of this picture.`,
  },
  screenshot: {
    notices: { saved: 'Screenshot saved', 'no-picture': 'No picture to capture' },
    times: (source: string | null, taken: string) => `Picture ${source ?? 'without source time'} · captured ${taken}`,
    source: (address: string, device: string | null, frame: number) =>
      `Source ${address}${device === null ? '' : ` · ${device}`} · frame ${frame}`,
    model: (model: string, result: string, hidden: string | null) =>
      `AI ${model} · ${result}${hidden === null ? '' : ` · ${hidden}`}`,
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
  'picture.freeze': 'Freeze the picture, or go on',
  'mask.toggle': 'Mask on or off',
  'picture.screenshot': 'Save the picture with its facts as PNG',
  'cine.back': 'One picture back',
  'cine.forward': 'One picture on',
  'cine.first': 'To the oldest picture',
  'cine.last': 'To the last picture before the freeze',
  'cine.play': 'Play or pause the last seconds',
  'mask.boxes': 'Boxes of the detector on or off',
  'mask.shape': 'Mask filled, outline or surface line',
  'picture.flipHorizontal': 'Mirror left to right',
  'picture.flipVertical': 'Mirror top to bottom',
  'picture.rotate': 'Turn clockwise by 90°',
  'picture.zoomIn': 'Enlarge',
  'picture.zoomOut': 'Reduce',
  'picture.zoomReset': 'Show the whole picture',
  'picture.split': 'Raw picture beside the one with mask',
  'measure.distance': 'Measure a distance by dragging, or with Enter and arrows',
  'measure.clear': 'Remove all distances',
  'panel.toggle': 'Panel beside the picture on or off',
};
