import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { inferenceOptions, modelChoice } from '../../../src-main/engine/inference-options.ts';
import {
  forkInference,
  type InferenceResult,
  type ModelChoice,
  ModelSwitch,
  type SpawnInference,
} from '../../../src-main/inference/index.ts';
import { monotonicMs } from '../../../src-main/pipeline/index.ts';
import { type DropReason, defaultSettings, inEnglish } from '../../../src-shared/index.ts';
import { brightSegmenter } from '../../support/segmenter-models.ts';

const root = path.resolve(import.meta.dirname, '../../..');
const forked = forkInference(path.join(root, 'src-main/inference/inference-process.ts'));
const [COLUMNS, ROWS] = [160, 120] as const;
const modelsDir = mkdtempSync(path.join(tmpdir(), 'switch-'));

beforeAll(() => {
  cpSync(path.join(root, 'models/bone-tracer'), path.join(modelsDir, 'bone-tracer'), { recursive: true });
  // They mark different things, so that a mask shows which of them made it.
  brightSegmenter(modelsDir, { id: 'dim', level: 0.3 });
  brightSegmenter(modelsDir, { id: 'bright', level: 0.7 });
  brightSegmenter(modelsDir, { id: 'slow', work: 40 });
  const broken = brightSegmenter(modelsDir, { id: 'broken' });
  writeFileSync(path.join(broken, 'segmenter.onnx'), 'not a model');
});
afterAll(() => rmSync(modelsDir, { recursive: true }));

/** Speckle, a block of gray 120 and one of 220. */
const picture = Uint8Array.from({ length: COLUMNS * ROWS }, (_, i) => 20 + ((Math.imul(i, 2654435761) >>> 24) % 30));
for (let y = 40; y < 50; y++) picture.fill(120, y * COLUMNS + 20, y * COLUMNS + 60);
for (let y = 40; y < 50; y++) picture.fill(220, y * COLUMNS + 90, y * COLUMNS + 140);
const MARKED = { dim: 10 * (40 + 50), bright: 10 * 50 } as const;

async function until(condition: () => boolean, what: string, limitMs = 40_000): Promise<void> {
  const end = monotonicMs() + limitMs;
  while (!condition()) {
    if (monotonicMs() > end) throw new Error(`waited ${limitMs} ms for ${what}`);
    await sleep(5);
  }
}

const isAlive = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};

/** A switch whose every process and answer is on record, fed with one frame after the other while `isFeeding`. */
class Bench {
  readonly pids: number[] = [];
  readonly results: (Pick<InferenceResult, 'handle' | 'modelId' | 'state'> & { readonly marked: number })[] = [];
  readonly drops = new Map<number, DropReason>();
  readonly told: string[] = [];
  readonly switch: ModelSwitch;
  submitted = 0;
  isFeeding = false;

  constructor(modelId: string) {
    const settings = { ...defaultSettings(), 'model.id': modelId };
    this.switch = new ModelSwitch(
      inferenceOptions({ spawnInference: this.#spawn, modelsDir, userModelsDir: null }, settings),
      {
        result: ({ handle, modelId: by, state, mask }) => {
          const marked = mask?.reduce((sum, bone) => sum + bone, 0) ?? 0;
          this.results.push({ handle, modelId: by, state, marked });
          setImmediate(() => this.#feed());
        },
        dropped: (handle, reason) => {
          this.drops.set(handle, reason);
          setImmediate(() => this.#feed());
        },
        state: () => {},
        credit: () => this.#feed(),
        switched: (to, from) => this.told.push(`${from.modelId} -> ${to.modelId}`),
        refused: (choice, why, kept) =>
          this.told.push(`${choice.modelId} refused, ${kept.modelId} stays: ${inEnglish(why)}`),
        fellBack: (from, to, why) => this.told.push(`${from.modelId} fell back to ${to.modelId}: ${inEnglish(why)}`),
      },
    );
  }

  readonly #spawn: SpawnInference = async () => {
    const child = await forked();
    this.pids.push(child.pid!);
    return child;
  };

  get alive(): readonly number[] {
    return this.pids.filter(isAlive);
  }

  async start(): Promise<void> {
    this.switch.start();
    await until(() => this.switch.state.link === 'ready', 'the first model');
  }

  choose(id: string): void {
    this.switch.choose(this.#choice(id));
  }

  #choice(id: string): ModelChoice {
    return modelChoice(
      { spawnInference: this.#spawn, modelsDir, userModelsDir: null },
      { ...defaultSettings(), 'model.id': id },
    );
  }

  feed(): void {
    this.isFeeding = true;
    this.#feed();
  }

  async stop(): Promise<void> {
    this.isFeeding = false;
    await until(() => this.results.length + this.drops.size === this.submitted, 'an answer for every frame');
  }

  #feed(): void {
    while (this.isFeeding && this.switch.hasCredit) this.submit();
  }

  submit(): number {
    const handle = this.submitted++;
    const now = monotonicMs();
    this.switch.submit({
      handle,
      series: 0,
      size: [COLUMNS, ROWS],
      components: 1,
      pixels: picture,
      scale: { mmPerPixel: [0.2, 0.2], origin: 'source' },
      orientation: 'MF',
      receivedMs: now,
      dequeuedMs: now,
    });
    return handle;
  }
}

let bench: Bench;
afterEach(async () => {
  await bench.switch.close();
  expect(bench.alive).toEqual([]);
});

describe('changing the model while frames run', () => {
  it('goes from one to the other between two frames, in order, and the old process ends', async () => {
    bench = new Bench('dim');
    await bench.start();
    bench.feed();
    await until(() => bench.results.length > 20, 'frames of the first model');
    const before = bench.results.length;
    bench.choose('bright');
    expect(bench.switch.state).toMatchObject({ modelId: 'dim', nextModelId: 'bright', link: 'ready' });
    await until(() => bench.results.filter(({ modelId }) => modelId === 'bright').length > 20, 'frames of the second');
    await bench.stop();
    const models = bench.results.map(({ modelId }) => modelId);
    const first = models.indexOf('bright');
    // It worked on while the other was loaded.
    expect(first).toBeGreaterThan(before);
    expect(new Set(models.slice(first))).toEqual(new Set(['bright']));
    expect(bench.drops.size).toBe(0);
    expect(bench.results.map(({ handle }) => handle)).toEqual(bench.results.map((_, i) => i));
    for (const { modelId, marked } of bench.results) expect(marked).toBe(MARKED[modelId as keyof typeof MARKED]);
    expect(bench.told).toEqual(['dim -> bright']);
    await until(() => bench.alive.length === 1, 'the end of the old process');
    expect(bench.switch.state).toMatchObject({ modelId: 'bright', nextModelId: null, pid: bench.alive[0] });
  });

  it('has one process again after every one of several changes', async () => {
    bench = new Bench('dim');
    await bench.start();
    bench.feed();
    for (const id of ['bright', 'dim', 'bright']) {
      bench.choose(id);
      await until(() => bench.switch.state.modelId === id, id);
      await until(() => bench.alive.length === 1, 'one process');
    }
    await bench.stop();
    expect(bench.pids).toHaveLength(4);
    expect(bench.drops.size).toBe(0);
  });

  it('leaves the old model working when the new one does not load, and says why', async () => {
    bench = new Bench('dim');
    await bench.start();
    bench.feed();
    bench.choose('broken');
    await until(() => bench.told.length > 0, 'a refusal');
    expect(bench.told).toEqual([
      expect.stringMatching(/^broken refused, dim stays: model file .*segmenter\.onnx was altered/),
    ]);
    const after = bench.results.length;
    await until(() => bench.results.length > after + 10, 'further frames');
    await bench.stop();
    expect(new Set(bench.results.map(({ modelId }) => modelId))).toEqual(new Set(['dim']));
    expect(bench.drops.size).toBe(0);
    expect(bench.switch.state).toMatchObject({ modelId: 'dim', nextModelId: null, link: 'ready', restarts: 0 });
    await until(() => bench.alive.length === 1, 'one process');
  });

  it('gives up a choice for the next one', async () => {
    bench = new Bench('dim');
    await bench.start();
    bench.choose('slow');
    bench.choose('bright');
    await until(() => bench.switch.state.modelId === 'bright', 'the last choice');
    expect(bench.told).toEqual(['dim -> bright']);
    bench.choose('slow');
    bench.choose('bright');
    expect(bench.switch.state.nextModelId).toBeNull();
    await until(() => bench.alive.length === 1, 'one process');
  });

  it('goes back to the model before when the new one keeps ending, and says so', async () => {
    bench = new Bench('dim');
    await bench.start();
    bench.choose('bright');
    await until(() => bench.switch.state.modelId === 'bright', 'the second model');
    for (let i = 0; i < 3; i++) {
      await until(() => bench.switch.state.link === 'ready' && bench.switch.state.pid !== null, 'a process to end');
      process.kill(bench.switch.state.pid!, 'SIGKILL');
      await until(() => bench.switch.state.link !== 'ready', 'its end');
    }
    await until(
      () => bench.switch.state.modelId === 'dim' && bench.switch.state.link === 'ready',
      'the last good model',
    );
    expect(bench.told.at(-1)).toMatch(/^bright fell back to dim: .*3 ends within a minute/);
    bench.feed();
    await until(() => bench.results.some(({ modelId }) => modelId === 'dim'), 'a mask of the last good model');
    await bench.stop();
  });
});

describe('a model slower than its source', () => {
  it('is given the newest frame instead of the one that waited: a mask is one run old, not two', async () => {
    bench = new Bench('slow');
    await bench.start();
    bench.switch.setMaxLagMs(20);
    const [running, waiting] = [bench.submit(), bench.submit()];
    expect(bench.switch.hasCredit).toBe(false);
    await until(() => bench.switch.wantsFresher || bench.results.length > 0, 'the prepared frame to age');
    expect(bench.results).toEqual([]);
    const fresh = bench.submit();
    expect(bench.switch.wantsFresher).toBe(false);
    await until(() => bench.results.length === 2, 'two answers');
    expect(bench.results.map(({ handle }) => handle)).toEqual([running, fresh]);
    expect([...bench.drops]).toEqual([[waiting, 'outdated']]);
  });
});
