import { type PhantomFrame, PhantomLoop, phantomImageToProbe } from '../phantom/index.ts';
import type { Clip, ClipFrame } from './clip.ts';

/** The built-in demo: 4 s of sweep that close into a loop. Long enough not to look like a loop, short enough to render ahead. */
const LOOP_FRAMES = 120;
const FRAMES_PER_SECOND = 30;
/** Enough to move from the first moment: a single repeated picture would rightly be called frozen. */
const FRAMES_BEFORE_PLAY = 8;

/** The synthetic phantom as a clip; frames appear as a worker thread renders them. */
export async function openPhantomClip(seed: number): Promise<Clip> {
  const loop = new PhantomLoop({ seed, loopFrames: LOOP_FRAMES, framesPerSecond: FRAMES_PER_SECOND });
  await loop.ready(FRAMES_BEFORE_PLAY);
  const { columns, rows, mmPerPixel } = loop.options;
  const imageToProbe = phantomImageToProbe(loop.options);
  return {
    kind: 'demo',
    size: [columns, rows],
    components: 1,
    scalarType: 'uint8',
    spacing: [mmPerPixel[0], mmPerPixel[1], 1],
    orientation: 'MF',
    deviceName: 'Image_Reference',
    frameCount: LOOP_FRAMES,
    timeS: (index) => index / FRAMES_PER_SECOND,
    frame: async (index) => {
      const frame = loop.get(turnAtRendered(index, loop.rendered));
      return frame === null ? null : toClipFrame(frame, imageToProbe);
    },
    close: () => loop.close(),
  };
}

/** While the loop is still being rendered, play what is there forwards and backwards: a hand sweeping to and fro. */
function turnAtRendered(index: number, rendered: number): number {
  if (rendered >= LOOP_FRAMES || rendered < 2) {
    return Math.min(index, Math.max(0, rendered - 1));
  }
  const period = 2 * (rendered - 1);
  const phase = index % period;
  return phase < rendered ? phase : period - phase;
}

function toClipFrame(frame: PhantomFrame, imageToProbe: Float32Array): ClipFrame {
  return {
    pixels: frame.pixels,
    transforms: [{ name: 'ProbeToReference', matrix: frame.probeToReference, ok: true }],
    imageToReference: multiply(frame.probeToReference, imageToProbe),
    fields: new Map([
      ['Timestamp', frame.timeS.toFixed(6)],
      ['PhantomFrame', String(frame.index)],
    ]),
  };
}

/** a x b, both 4 x 4 row-major. */
function multiply(a: Float32Array, b: Float32Array): Float32Array {
  const product = new Float32Array(16);
  for (let row = 0; row < 4; row++) {
    for (let column = 0; column < 4; column++) {
      let sum = 0;
      for (let k = 0; k < 4; k++) {
        sum += (a[row * 4 + k] as number) * (b[k * 4 + column] as number);
      }
      product[row * 4 + column] = sum;
    }
  }
  return product;
}
