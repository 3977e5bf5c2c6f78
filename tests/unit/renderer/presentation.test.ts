import { describe, expect, it } from 'vitest';
import {
  freshLimitMs,
  judgedPicture,
  maskWaitMs,
  type PresentationInput,
  present,
  resultWord,
} from '../../../src-renderer/live/presentation.ts';
import type { ShownPicture } from '../../../src-renderer/live/worker-protocol.ts';
import { CATALOGUES } from '../../../src-renderer/words/index.ts';
import {
  defaultSettings,
  type EngineSnapshot,
  LIVENESS_STATES,
  NO_RECORDING,
  RESULT_STATES,
} from '../../../src-shared/index.ts';

const words = CATALOGUES.en;

const picture: ShownPicture = {
  seq: 7,
  frameId: 7,
  tsBits: 0n,
  size: [640, 480],
  mmPerPixel: [0.1, 0.1],
  scaleOrigin: 'source',
  sourceKind: 'live',
  state: 'bone',
  score: 0.8,
  hasMask: true,
  boxes: [],
  ageMs: 40,
};

const snapshot: EngineSnapshot = {
  build: 'b',
  source: {
    address: 'igtl://scanner:18944',
    kind: 'live',
    link: 'connected',
    message: null,
    said: null,
    deviceName: 'Image_Reference',
    size: [640, 480],
    replay: null,
  },
  liveness: 'LIVE',
  frameAgeMs: 20,
  framePeriodMs: 33,
  inference: {
    link: 'ready',
    modelId: 'bone-tracer',
    provider: 'cpu',
    providers: [],
    message: null,
    said: null,
    restarts: 0,
    nextModelId: null,
    smoothFrames: 1,
    noMaskAfterMs: 150,
  },
  publisher: {
    address: 'igtl-server://127.0.0.1:18945',
    link: 'listening',
    message: null,
    said: null,
    device: 'BoneMask',
    enabled: true,
    clients: [],
  },
  recording: NO_RECORDING,
  space: {
    generation: 1,
    points: 0,
    maxPoints: 1000,
    gridMm: 0.5,
    framesUsed: 0,
    framesSkipped: { 'no-pose': 0, 'invalid-pose': 0, 'invalid-image': 0, undecided: 0 },
    placement: null,
    reference: '',
    sourceCoordinates: 'RAS',
    scaleOrigin: null,
    sourceKind: null,
  },
  settings: defaultSettings(),
  settingOverrides: {},
  awaitingRestart: [],
  problems: [],
  health: { health: 'OK', reasons: [] },
  alerts: [],
};

const live: PresentationInput = {
  link: { state: 'open', role: 'operate' },
  engineSilent: false,
  snapshot,
  picture,
  cine: null,
};

describe('how long a picture may wait for its mask', () => {
  it('is what is set, longer while masks take longer, and never so long that it is old', () => {
    const wait = (set: number, inForce: number): number =>
      maskWaitMs({
        settings: { ...snapshot.settings, 'view.noMaskAfterMs': set },
        inference: { ...snapshot.inference, noMaskAfterMs: inForce },
      });
    expect(wait(150, 150)).toBe(150);
    expect(wait(150, 700)).toBe(700);
    expect(wait(150, 9000)).toBe(1000);
    expect(wait(5000, 9000)).toBe(5000);
  });
});

describe('the picture that is judged', () => {
  const painted = { ageMs: 900 };

  it('is the painted one where it is seen, and the newest that came where another view hides it', () => {
    const view = { picture: painted, newestAgeMs: 40 };
    expect(judgedPicture(view, true)).toEqual({ ageMs: 900 });
    expect(judgedPicture(view, false)).toEqual({ ageMs: 40 });
    // A feed that really stopped is stale in every view.
    expect(judgedPicture({ ...view, newestAgeMs: 5000 }, false)).toEqual({ ageMs: 5000 });
    expect(judgedPicture({ picture: null, newestAgeMs: 40 }, false)).toBe(null);
    expect(judgedPicture(null, false)).toBe(null);
  });
});

describe('what is shown of the picture', () => {
  it('is LIVE without a veil only for a fresh picture of a live source', () => {
    expect(present(live)).toEqual({ state: 'LIVE', tone: 'live', kind: null, veil: null, ageMs: 40, behind: null });
  });

  for (const liveness of LIVENESS_STATES.filter((state) => state !== 'LIVE')) {
    it(`veils the picture in red when the engine says ${liveness}`, () => {
      const shown = present({ ...live, snapshot: { ...snapshot, liveness } });
      expect(shown).toMatchObject({ state: liveness, tone: 'alarm', veil: liveness });
    });
  }

  for (const [sourceKind, word] of [
    ['demo', 'DEMO'],
    ['replay', 'REPLAY'],
    ['simulated', 'SIMULATED'],
  ] as const) {
    it(`says ${word} instead of LIVE for a ${sourceKind} source, and keeps saying it when the feed stops`, () => {
      const source = { ...snapshot.source, kind: sourceKind };
      const input = { ...live, picture: { ...picture, sourceKind }, snapshot: { ...snapshot, source } };
      expect(present(input)).toMatchObject({ state: word, tone: 'pretend', kind: sourceKind, veil: null });
      const stale = present({ ...input, snapshot: { ...input.snapshot, liveness: 'STALE' } });
      expect(stale).toMatchObject({ state: 'STALE', tone: 'alarm', kind: sourceKind, veil: 'STALE' });
    });

    it(`does not say LIVE while picture and source disagree about ${sourceKind}`, () => {
      const source = { ...snapshot.source, kind: sourceKind };
      expect(present({ ...live, picture: { ...picture, sourceKind } }).state).toBe(word);
      expect(present({ ...live, snapshot: { ...snapshot, source } }).state).toBe(word);
    });
  }

  it('goes to ENGINE LOST by itself when the engine falls silent or its link breaks', () => {
    expect(present({ ...live, engineSilent: true })).toMatchObject({ state: 'ENGINE LOST', veil: 'ENGINE LOST' });
    expect(present({ ...live, link: { state: 'lost' } })).toMatchObject({ state: 'ENGINE LOST', tone: 'alarm' });
    const never = { ...live, link: { state: 'connecting' }, snapshot: null, picture: null } as const;
    expect(present(never)).toMatchObject({ state: 'CONNECTING', tone: 'idle' });
    expect(present({ ...never, engineSilent: true })).toMatchObject({ state: 'ENGINE LOST', tone: 'alarm' });
  });

  it('asks for a reload when page and engine are of different versions', () => {
    const link = { state: 'mismatch', engineBuild: '2' } as const;
    expect(present({ ...live, link })).toMatchObject({ state: 'RELOAD', veil: 'RELOAD' });
  });

  it('says STALE when the engine is live but nothing new reaches this screen', () => {
    const limit = freshLimitMs(33, 150);
    expect(present({ ...live, picture: { ...picture, ageMs: limit } }).state).toBe('LIVE');
    expect(present({ ...live, picture: { ...picture, ageMs: limit + 1 } })).toMatchObject({
      state: 'STALE',
      veil: 'STALE',
    });
  });

  it('waits for three frame periods of a slow source, at least 250 ms, and for the mask', () => {
    expect(freshLimitMs(10, 150)).toBe(400);
    expect(freshLimitMs(200, 150)).toBe(750);
    expect(freshLimitMs(null, 150)).toBe(400);
  });

  it('is not LIVE before there is a picture to see', () => {
    expect(present({ ...live, picture: null })).toMatchObject({ state: 'CONNECTING', tone: 'idle', veil: 'WAITING' });
  });

  it('is FREEZE while the operator stopped it, never LIVE, and says beside it what the feed does', () => {
    const cine = {
      index: 3,
      count: 10,
      spanMs: 300,
      beforeLastMs: 60,
      playing: false,
      shortened: false,
      feedAgeMs: 20,
    };
    const old = { ...picture, ageMs: 60_000 };
    const frozen = present({ ...live, picture: old, cine });
    expect(frozen).toMatchObject({ state: 'FREEZE', tone: 'freeze', veil: null, ageMs: 60_000 });
    expect(frozen.behind).toEqual({ state: 'LIVE', tone: 'live' });
    expect(present({ ...live, picture: old, cine: { ...cine, feedAgeMs: 5000 } }).behind).toEqual({
      state: 'STALE',
      tone: 'alarm',
    });
    expect(present({ ...live, picture: old, cine, link: { state: 'lost' } }).behind?.state).toBe('ENGINE LOST');
  });

  it('has words for every state, veil and result', () => {
    for (const liveness of LIVENESS_STATES) {
      const shown = present({ ...live, snapshot: { ...snapshot, liveness } });
      expect(words.state.words[shown.state]).not.toBe('');
      expect(shown.veil === null || words.state.veils[shown.veil].title !== '').toBe(true);
    }
  });
});

describe('the result of the shown frame', () => {
  it('is one of the five states in words of its own, and NO MASK when none came in time', () => {
    const shown = [...RESULT_STATES, null].map((state) => {
      const word = resultWord({ ...picture, state });
      return word === null ? null : words.live.results[word];
    });
    expect(shown).toEqual(['BONE', 'NO BONE', 'AI OFF', 'AI FAILED', 'FRAME SKIPPED', 'NO MASK']);
  });

  it('is nothing at all without a frame', () => {
    expect(resultWord(null)).toBeNull();
  });
});

describe('the scale line', () => {
  it('states a scale the source gave and names one it did not as assumed', () => {
    expect(words.live.scale.known([0.1, 0.1])).toBe('0.10 mm per pixel');
    expect(words.live.scale.assumed([0.08, 0.08], 'estimate')).toBe('scale assumed: 0.080 mm per pixel (estimate)');
    expect(words.live.scale.assumed([0.2, 0.1], 'user')).toBe('scale assumed: 0.20 × 0.10 mm per pixel (set by user)');
  });
});
