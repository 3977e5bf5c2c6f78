import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildTrackedFrame, type OutgoingMessage } from '../../../src-main/openigtlink/index.ts';
import type { Problem } from '../../../src-shared/index.ts';
import {
  COLUMNS,
  GOOD_PIXELS,
  headerWith,
  message,
  PERIOD_MS,
  picture,
  ROWS,
  spoilt,
  TRACKED,
} from '../../support/handmade-pictures.ts';
import { eventually, startEngine, TestBench } from '../../support/processes.ts';
import { framesCome, framesGoOn, HandmadeSource, sampleOf, snapshotOf } from '../../support/streams.ts';

/** What a sender may do wrong with one message, and the words the engine must find for it. */
const BAD_MESSAGES: readonly (readonly [what: string, words: RegExp, bad: () => OutgoingMessage])[] = [
  [
    'a volume',
    /IMAGE of 2 slices: only pictures of 1 slice/,
    () => message('IMAGE', [headerWith({ size: [COLUMNS, ROWS, 2] }), new Uint8Array(2 * COLUMNS * ROWS)]),
  ],
  [
    'an update of a part',
    /IMAGE updates a part \(32 x 24 x 1 of 64 x 48 x 1\)/,
    () => message('IMAGE', [headerWith({ subSize: [32, 24, 1], subOffset: [8, 8, 0] }), new Uint8Array(32 * 24)]),
  ],
  [
    'four components',
    /IMAGE of 4 components: expected 1 \(gray\) or 3 \(RGB\)/,
    () => message('IMAGE', [headerWith({ components: 4 }), new Uint8Array(4 * COLUMNS * ROWS)]),
  ],
  [
    'no pixels at all',
    /IMAGE of 0 x 48 pixels: expected at least 1 x 1/,
    () => message('IMAGE', [headerWith({ size: [0, ROWS, 1] })]),
  ],
  [
    'an undefined scalar type',
    /IMAGE scalar type 9: expected one of 2-7, 10, 11/,
    () => message('IMAGE', [spoilt(headerWith({}), 3, 9), GOOD_PIXELS]),
  ],
  [
    'fewer pixels than announced',
    /IMAGE pixels 100: expected 3072/,
    () => message('IMAGE', [headerWith({}), new Uint8Array(100)]),
  ],
  [
    'an IMAGE without its header',
    /IMAGE content 10: expected >= 72 bytes/,
    () => message('IMAGE', [new Uint8Array(10)]),
  ],
  [
    'another image header version',
    /version 258|version 513|version \d+: expected 1/,
    () => message('IMAGE', [spoilt(headerWith({}), 0, 2), GOOD_PIXELS]),
  ],
  [
    'a second image device',
    /IMAGE device "Other" is not "Image", the one followed/,
    () => message('IMAGE', [headerWith({}), GOOD_PIXELS], { deviceName: 'Other' }),
  ],
  ['a short TRANSFORM', /TRANSFORM .*40.*48/, () => message('TRANSFORM', [new Uint8Array(40)])],
  [
    'an invalid pose',
    /pose ProbeToReference has status INVALID; not used/,
    () =>
      message('TRANSFORM', [new Uint8Array(48)], {
        deviceName: 'ProbeToReference',
        metadata: new Map([['TransformStatus', 'INVALID']]),
      }),
  ],
  [
    'a TRACKEDFRAME of no components',
    /TRACKEDFRAME components 0: expected 1 to 255/,
    () => message('TRACKEDFRAME', [buildTrackedFrame({ ...TRACKED, components: 0, pixels: new Uint8Array(0) })]),
  ],
  [
    'a TRACKEDFRAME of 300 components',
    /TRACKEDFRAME components 300: expected 1 to 255/,
    () =>
      message('TRACKEDFRAME', [
        buildTrackedFrame({ ...TRACKED, size: [2, 2, 1], components: 300, pixels: new Uint8Array(1200) }),
      ]),
  ],
  [
    'a TRACKEDFRAME cut short',
    /TRACKEDFRAME content 50: expected >= 86 bytes/,
    () => message('TRACKEDFRAME', [new Uint8Array(50)]),
  ],
  ['a type nobody uses', /VIDEO messages are not used; skipped/, () => message('VIDEO', [new Uint8Array(100)])],
];

describe('a stream with bad messages in it', () => {
  const bench = new TestBench();
  const source = new HandmadeSource();
  let url = '';
  let timer: NodeJS.Timeout;

  beforeAll(async () => {
    const address = await source.listen();
    bench.owns(source);
    timer = setInterval(() => source.send(picture()), PERIOD_MS);
    ({ url } = await startEngine(bench, address, '--interval', '0.2'));
    await framesCome(url);
  });
  afterAll(async () => {
    clearInterval(timer);
    await bench.close();
  });

  it.each(BAD_MESSAGES)('%s: one clear message and a count; the stream goes on', async (_what, words, bad) => {
    source.send(bad());
    const first = await eventually(`a problem like ${words}`, 5000, () => problemWith(words));
    source.send(bad());
    const again = await eventually('it counts', 5000, async () => {
      const problem = await problemWith(words);
      return problem !== null && problem.count > first.count ? problem : null;
    });
    expect(again).toEqual({ ...first, count: first.count + 1 });
    const { problems } = await snapshotOf(url);
    expect(problems.filter(({ message: text }) => words.test(text))).toHaveLength(1);
    await framesGoOn(url);
    expect((await snapshotOf(url)).liveness).toBe('LIVE');
  });

  const problemWith = async (words: RegExp): Promise<Problem | null> =>
    (await snapshotOf(url)).problems.find(({ message: text }) => words.test(text)) ?? null;

  it('a thousand different unknown types do not grow the list of problems without bound', async () => {
    for (let i = 0; i < 1000; i++) {
      source.send(message(`JUNK${i}`, []));
    }
    await framesGoOn(url);
    expect((await snapshotOf(url)).problems.length).toBeLessThanOrEqual(101);
  });

  it('a FrameNumber that is none is not taken for one', async () => {
    const { content } = picture();
    source.send(message('IMAGE', content, { metadata: new Map([['FrameNumber', 'banana']]) }));
    source.send(message('IMAGE', content, { metadata: new Map([['FrameNumber', '-1e99']]) }));
    await framesGoOn(url);
    expect((await sampleOf(url)).upstream_lost).toBeNull();
  });
});
