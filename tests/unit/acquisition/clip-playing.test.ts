import { describe, expect, it } from 'vitest';
import type { Clip, ClipFrame } from '../../../src-main/acquisition/clip.ts';
import { ClipSource } from '../../../src-main/acquisition/clip-source.ts';
import { Player } from '../../../src-main/acquisition/player.ts';
import type { SourceEvents, SourceOptions, SourceState } from '../../../src-main/acquisition/source.ts';

const FRAME: ClipFrame = { pixels: new Uint8Array(12), transforms: [], imageToReference: null, fields: new Map() };
const OPTIONS: SourceOptions = {
  streamId: 'main',
  imageDevice: '',
  poseName: '',
  poseMaxSkewMs: 20,
  mmPerPixel: null,
  orientation: 'MF',
  framesPerSecond: 1000,
  loop: false,
  checkCrc: true,
  maxMessageBytes: 1_000_000,
  speed: 1,
  everyFrame: false,
};

/** Three frames of 4 x 3 pixels in memory. */
class SmallClip implements Clip {
  readonly kind = 'replay';
  readonly size = [4, 3] as const;
  readonly components = 1;
  readonly scalarType = 'uint8';
  readonly spacing = null;
  readonly orientation = null;
  readonly deviceName = 'Image_Reference';
  readonly frameCount = 3;
  closed = 0;
  timeS = (index: number): number => index / 1000;
  frame = async (): Promise<ClipFrame> => FRAME;
  close = async (): Promise<void> => {
    this.closed++;
  };
}

function watched(): { readonly events: SourceEvents; readonly states: SourceState[]; frames: number } {
  const seen = { frames: 0, states: [] as SourceState[] };
  const events: SourceEvents = {
    frame: () => {
      seen.frames++;
    },
    heard: () => {},
    keepAlive: () => {},
    state: (state) => seen.states.push(state),
    problem: () => {},
  };
  return Object.assign(seen, { events });
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 1));
}

describe('ClipSource', () => {
  it('says that a recording has ended', async () => {
    const seen = watched();
    const source = new ClipSource('a.mha', 'replay', async () => new SmallClip(), OPTIONS, seen.events);
    source.start();
    await until(() => seen.states.at(-1)?.link === 'disconnected');
    expect(seen.states.at(-1)).toEqual({
      link: 'disconnected',
      message: 'the recording has ended',
      said: { code: 'source.ended', values: {} },
    });
    expect(seen.frames).toBe(3);
    await source.close();
  });

  it('closes while its file is still being opened, and closes the file once it is open', async () => {
    const seen = watched();
    const opening = Promise.withResolvers<Clip>();
    const source = new ClipSource('a.mha', 'replay', () => opening.promise, OPTIONS, seen.events);
    source.start();
    await source.close();
    const clip = new SmallClip();
    opening.resolve(clip);
    await until(() => clip.closed === 1);
    expect(seen.states).toEqual([{ link: 'connecting', message: null, said: null }]);
    expect(seen.frames).toBe(0);
  });

  it('is silent about a file that could not be opened after it was closed', async () => {
    const seen = watched();
    const opening = Promise.withResolvers<Clip>();
    const source = new ClipSource('a.mha', 'replay', () => opening.promise, OPTIONS, seen.events);
    source.start();
    await source.close();
    opening.reject(new Error('the share is gone'));
    await new Promise((resolve) => setImmediate(resolve));
    expect(seen.states).toEqual([{ link: 'connecting', message: null, said: null }]);
  });
});

describe('Player', () => {
  it('reports what giving a frame on throws, and plays no further', async () => {
    const failures: string[] = [];
    const player = new Player(
      new SmallClip(),
      { framesPerSecond: 1000, loop: true },
      {
        frame: (_frame, index) => {
          if (index === 1) throw new RangeError('metadata of 70000 bytes: expected <= 65535');
        },
        end: () => {},
        failed: (message) => failures.push(message),
      },
    );
    player.start();
    await until(() => failures.length > 0);
    expect(failures).toEqual(['frame 1: metadata of 70000 bytes: expected <= 65535']);
    player.close();
  });
});
