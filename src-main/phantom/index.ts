export {
  BAND_ABOVE_MM,
  BAND_BELOW_MM,
  maskOfSurface,
  type PhantomFrame,
  type PhantomKind,
  type PhantomOptions,
} from './frame.ts';
export { PhantomLoop } from './loop.ts';
export { PhantomScene } from './scene.ts';
export { phantomImageToProbe } from './sweep.ts';
export type { BoneBox } from './variety/labels.ts';
export { renderVaried, type VariedOptions, type VariedPicture } from './variety/picture.ts';
