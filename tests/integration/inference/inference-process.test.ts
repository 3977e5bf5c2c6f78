import { type ChildProcess, fork } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import {
  forkInference,
  type InferenceResult,
  type InferenceState,
  InferenceSupervisor,
  type InferenceSupervisorOptions,
  MODEL_OWN_MASK,
} from '../../../src-main/inference/index.ts';
import { type PhantomFrame, PhantomScene } from '../../../src-main/phantom/index.ts';
import { monotonicMs, NODE_FLAGS } from '../../../src-main/pipeline/index.ts';
import { type DropReason, type GpuFrame, packMask } from '../../../src-shared/index.ts';
import { brightSegmenter } from '../../support/segmenter-models.ts';

const root = path.resolve(import.meta.dirname, '../../..');
const entry = path.join(root, 'src-main/inference/inference-process.ts');
const modelsDir = path.join(root, 'models');

/** One supervisor with a real process; everything it reported, by frame. */
class Bench {
  readonly results = new Map<number, InferenceResult>();
  readonly drops = new Map<number, DropReason>();
  readonly states: InferenceState[] = [];
  readonly supervisor: InferenceSupervisor;
  #credits = 0;
  #nextHandle = 0;

  constructor(options: Partial<InferenceSupervisorOptions> = {}) {
    this.supervisor = new InferenceSupervisor(
      {
        spawn: forkInference(entry),
        modelsDir,
        modelId: 'bone-tracer',
        intraOpThreads: 1,
        allowSpinning: false,
        providers: ['cpu'],
        device: 0,
        gpuQueueSize: 3,
        maxLagMs: 500,
        mask: MODEL_OWN_MASK,
        // A machine that stands still for a moment is not a process that hangs; that has a test of its own.
        hangFloorMs: 15_000,
        ...options,
      },
      {
        result: (result) => {
          this.#expectFirst(result.handle);
          this.results.set(result.handle, result);
        },
        dropped: (handle, reason) => {
          this.#expectFirst(handle);
          this.drops.set(handle, reason);
        },
        state: (state) => this.states.push(state),
        credit: () => this.#credits++,
      },
    );
  }

  get credits(): number {
    return this.#credits;
  }

  get state(): InferenceState {
    return this.supervisor.state;
  }

  /** Every frame is answered once: results and drops together never name a handle twice. */
  #expectFirst(handle: number): void {
    if (this.results.has(handle) || this.drops.has(handle)) throw new Error(`frame ${handle} was answered twice`);
  }

  submit(pixels: Uint8Array, size: readonly [number, number], rest: Partial<GpuFrame> = {}): number {
    const handle = this.#nextHandle++;
    const now = monotonicMs();
    this.supervisor.submit({
      handle,
      series: 0,
      size,
      components: 1,
      pixels,
      scale: { mmPerPixel: [0.1, 0.1], origin: 'source' },
      orientation: 'MF',
      receivedMs: now,
      dequeuedMs: now,
      ...rest,
    });
    return handle;
  }

  async answerOf(
    pixels: Uint8Array,
    size: readonly [number, number],
    rest: Partial<GpuFrame> = {},
  ): Promise<InferenceResult> {
    const handle = this.submit(pixels, size, rest);
    await until(() => this.results.has(handle) || this.drops.has(handle), 'an answer');
    const result = this.results.get(handle);
    if (result === undefined) throw new Error(`frame ${handle} was dropped: ${this.drops.get(handle)}`);
    return result;
  }

  async ready(): Promise<void> {
    if (this.state.link === 'off') this.supervisor.start();
    await until(() => this.state.link === 'ready', 'a ready inference process');
  }
}

async function until(condition: () => boolean, what: string, limitMs = 50_000): Promise<void> {
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

const phantom = (seed: number, index = 0, kind: 'auto' | 'none' = 'auto'): PhantomFrame =>
  new PhantomScene({ seed, kind }).render(index);
const SIZE = [640, 480] as const;

function dice(a: Uint8Array, b: Uint8Array): number {
  let both = 0;
  let sum = 0;
  for (let i = 0; i < a.length; i++) {
    both += a[i]! & b[i]!;
    sum += a[i]! + b[i]!;
  }
  return sum === 0 ? 1 : (2 * both) / sum;
}

let bench: Bench;
const folders: string[] = [];
const children: ChildProcess[] = [];
afterEach(async () => {
  await bench?.supervisor.close();
  for (const child of children.splice(0)) child.kill('SIGKILL');
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

describe('the inference process', () => {
  it('finds the bone of a moving phantom: Dice 0.6 for the first frame, a median of 0.7 over 30 with bone', async () => {
    bench = new Bench();
    await bench.ready();
    expect(bench.state).toMatchObject({ provider: 'cpu', message: null, restarts: 0 });
    expect(bench.state.warmupP99Ms).toBeGreaterThan(0);
    const scene = new PhantomScene({ seed: 1 });
    const overlaps: number[] = [];
    for (let index = 0; overlaps.length < 30; index += 3) {
      const frame = scene.render(index);
      const result = await bench.answerOf(frame.pixels, SIZE);
      expect(result).toMatchObject({ reason: null, modelId: 'bone-tracer', provider: 'cpu' });
      expect(result.maskBits).toEqual(packMask(result.mask!));
      expect(result.state).toBe(result.mask!.includes(1) ? 'bone' : 'no-bone');
      // The sweep leaves the bone for a while; there is nothing to overlap with then.
      if (!frame.mask.includes(1)) continue;
      if (result.state === 'bone') expect(result.score).toBeGreaterThan(0);
      overlaps.push(dice(result.mask!, frame.mask));
    }
    expect(overlaps[0]).toBeGreaterThanOrEqual(0.6);
    expect(overlaps.toSorted((a, b) => a - b)[15]).toBeGreaterThanOrEqual(0.7);
  });

  it('gives every frame its times in the order it passed the stages', async () => {
    bench = new Bench();
    await bench.ready();
    const result = await bench.answerOf(phantom(2).pixels, SIZE);
    const times = [
      result.dequeuedMs,
      result.preprocessedMs,
      result.runStartMs,
      result.runEndMs,
      result.postprocessedMs,
      monotonicMs(),
    ];
    expect(times.toSorted((a, b) => a - b)).toEqual(times);
    expect(result.waitMs).toBe(0);
  });

  it('prepares one frame while another runs, and never holds credit for a third', async () => {
    bench = new Bench();
    await bench.ready();
    const { pixels } = phantom(3);
    const before = bench.credits;
    bench.submit(pixels, SIZE);
    expect(bench.supervisor.hasCredit).toBe(true);
    bench.submit(pixels, SIZE);
    expect(bench.supervisor.hasCredit).toBe(false);
    expect(bench.supervisor.inFlight).toBe(2);
    await until(() => bench.results.size === 2, 'both results');
    expect(bench.supervisor.inFlight).toBe(0);
    expect(bench.supervisor.hasCredit).toBe(true);
    expect(bench.credits).toBeGreaterThanOrEqual(before + 2);
  });

  it('drops what outgrows Queue_GPU or grows old in it, says which, and answers the newest', async () => {
    bench = new Bench({ gpuQueueSize: 1 });
    await bench.ready();
    const { pixels } = phantom(3);
    const long = monotonicMs() - 10_000;
    const handles = Array.from({ length: 12 }, (_, i) =>
      bench.submit(pixels, SIZE, i < 11 ? { receivedMs: long } : {}),
    );
    await until(() => bench.supervisor.inFlight === 0, 'every frame answered');
    expect(bench.results.has(handles.at(-1)!)).toBe(true);
    expect(bench.drops.size).toBeGreaterThan(0);
    for (const reason of bench.drops.values()) expect(['full', 'outdated']).toContain(reason);
    expect(bench.results.size + bench.drops.size).toBe(12);
    const { enqueued, drops, size } = bench.supervisor.gpuQueueStats;
    expect({ enqueued, drops, size }).toEqual({ enqueued: 12, drops: bench.drops.size, size: 0 });
  });

  it('answers an empty picture with no bone and an empty mask', async () => {
    bench = new Bench();
    await bench.ready();
    const result = await bench.answerOf(new Uint8Array(640 * 480), SIZE);
    expect(result).toMatchObject({ state: 'no-bone', reason: null, score: null });
    expect(result.mask).toEqual(new Uint8Array(640 * 480));
    expect(result.maskBits).toEqual(new Uint8Array((640 * 480) / 8));
  });

  it('refuses a frame whose bytes disagree with its size, says both numbers, and goes on', async () => {
    bench = new Bench();
    await bench.ready();
    const result = await bench.answerOf(new Uint8Array(1000), SIZE);
    expect(result).toMatchObject({ state: 'ai-failed', mask: null, maskBits: null });
    expect(result.reason).toMatch(/640 x 480 x 1 has 1000 bytes: expected 307200/);
    expect((await bench.answerOf(phantom(1).pixels, SIZE)).state).toBe('bone');
  });

  it('sends only the picture of a frame that is a view into a large message', async () => {
    bench = new Bench();
    await bench.ready();
    const { pixels } = phantom(1);
    const message = new Uint8Array(8 * 1024 * 1024);
    message.set(pixels, 4096);
    const direct = await bench.answerOf(pixels, SIZE);
    const viewed = await bench.answerOf(message.subarray(4096, 4096 + pixels.length), SIZE);
    expect(viewed.maskBits).toEqual(direct.maskBits);
  });
});

describe('when the inference process dies', () => {
  it('drops at once what it had, starts another, and results come again', async () => {
    bench = new Bench();
    await bench.ready();
    const { pixels } = phantom(1);
    const killed = bench.state.pid!;
    const handles = [bench.submit(pixels, SIZE), bench.submit(pixels, SIZE)];
    process.kill(killed, 'SIGKILL');
    await until(() => bench.state.link === 'restarting', 'the end to be noticed');
    expect(handles.map((handle) => bench.drops.get(handle))).toEqual(['inference-down', 'inference-down']);
    expect(bench.supervisor.inFlight).toBe(0);
    expect(bench.state).toMatchObject({ restarts: 1, pid: null, provider: null });
    expect(bench.state.message).toMatch(/ended by SIGKILL; starting again in 0\.1 s/);

    const meanwhile = bench.submit(pixels, SIZE);
    expect(bench.drops.get(meanwhile)).toBe('inference-down');

    await bench.ready();
    expect(bench.state.pid).not.toBe(killed);
    expect(bench.state.message).toBeNull();
    expect((await bench.answerOf(pixels, SIZE)).state).toBe('bone');
    expect(bench.supervisor.gpuQueueStats.drops_by_reason['inference-down']).toBe(3);
  });

  it('takes three ends within a minute for a pattern, says so, and waits longer', async () => {
    bench = new Bench();
    for (let end = 1; end <= 3; end++) {
      await bench.ready();
      process.kill(bench.state.pid!, 'SIGKILL');
      await until(() => bench.state.restarts === end, `end ${end}`);
    }
    expect(bench.state.message).toMatch(/3 ends within a minute; starting again in 5 s/);
  });

  it('kills and replaces a process that hangs', async () => {
    bench = new Bench({ hangFloorMs: 500 });
    await bench.ready();
    const { pixels } = phantom(1);
    const hung = bench.state.pid!;
    process.kill(hung, 'SIGSTOP');
    const handle = bench.submit(pixels, SIZE);
    await until(() => bench.drops.has(handle), 'the hang to be noticed');
    expect(bench.drops.get(handle)).toBe('inference-down');
    await until(() => bench.state.link === 'restarting', 'the restart');
    expect(bench.state.message).toMatch(/killed: no answer for \d+ ms, limit \d+ ms/);
    await until(() => !isAlive(hung), 'the hung process to be gone');
    await bench.ready();
    expect((await bench.answerOf(pixels, SIZE)).state).toBe('bone');
  });

  it('answers every frame exactly once around kills', async () => {
    bench = new Bench();
    await bench.ready();
    const { pixels } = phantom(1);
    let submitted = 0;
    for (const kill of [false, true, false]) {
      await bench.ready();
      const last = submitted + 20;
      while (submitted < last && bench.state.link === 'ready') {
        if (bench.supervisor.hasCredit) {
          bench.submit(pixels, SIZE);
          submitted++;
        }
        if (kill && submitted === last - 10) process.kill(bench.state.pid!, 'SIGKILL');
        await sleep(1);
      }
    }
    await until(() => bench.supervisor.inFlight === 0, 'every frame answered');
    expect(bench.results.size + bench.drops.size).toBe(submitted);
    expect(bench.supervisor.gpuQueueStats).toMatchObject({ enqueued: submitted, drops: bench.drops.size, size: 0 });
  });

  it('leaves no process behind when closed, and drops what was under way', async () => {
    bench = new Bench();
    await bench.ready();
    const pid = bench.state.pid!;
    const handle = bench.submit(phantom(1).pixels, SIZE);
    await bench.supervisor.close();
    expect(isAlive(pid)).toBe(false);
    expect(bench.drops.get(handle)).toBe('inference-down');
    expect(bench.state.link).toBe('off');
  });

  it('ends itself when its engine is gone', async () => {
    const parent = fork(path.join(import.meta.dirname, 'engine-that-dies.ts'), [entry, modelsDir], { execArgv: [] });
    children.push(parent);
    const pid = await new Promise<number>((resolve) => parent.once('message', (message) => resolve(message as number)));
    expect(isAlive(pid)).toBe(true);
    parent.kill('SIGKILL');
    await until(() => !isAlive(pid), 'the orphan to end itself');
  });

  it('ends also while a run that never comes back blocks its main thread', async () => {
    const parent = fork(path.join(import.meta.dirname, 'orphaned-process.ts'), ['parent'], { execArgv: [] });
    children.push(parent);
    const pid = await new Promise<number>((resolve) => parent.once('message', (message) => resolve(message as number)));
    await sleep(500);
    expect(isAlive(pid)).toBe(true);
    parent.kill('SIGKILL');
    await until(() => !isAlive(pid), 'the blocked orphan to be killed');
  });
});

describe('a single-stage model, whose runs block the process', () => {
  /** A model whose run takes a hundred milliseconds or so. */
  const slowModel = (): Partial<InferenceSupervisorOptions> => {
    const folder = mkdtempSync(path.join(tmpdir(), 'models-'));
    folders.push(folder);
    brightSegmenter(folder, { id: 'slow', work: 30 });
    return { modelsDir: folder, modelId: 'slow' };
  };

  it('says of a frame that lay unread during a run that it waited for the model', async () => {
    bench = new Bench(slowModel());
    await bench.ready();
    const { pixels } = phantom(1);
    const [first, later] = [bench.submit(pixels, SIZE), bench.submit(pixels, SIZE)];
    await until(() => bench.results.size === 2, 'both results');
    const [ran, waited] = [bench.results.get(first)!, bench.results.get(later)!];
    expect(ran.waitMs).toBe(0);
    expect(waited.waitMs).toBeCloseTo(ran.runEndMs - Math.max(ran.runStartMs, waited.dequeuedMs), 5);
    expect(waited.waitMs).toBeGreaterThan(0);
    expect(waited.preprocessedMs - waited.dequeuedMs).toBeGreaterThan(waited.waitMs);
  });

  it('takes the freshest of the frames that came during a run, and drops what grew old meanwhile', async () => {
    bench = new Bench(slowModel());
    await bench.ready();
    const { pixels } = phantom(1);
    const running = bench.submit(pixels, SIZE);
    const stale = bench.submit(pixels, SIZE, { receivedMs: monotonicMs() - 10_000 });
    const fresh = bench.submit(pixels, SIZE);
    await until(() => bench.supervisor.inFlight === 0, 'every frame answered');
    expect([...bench.results.keys()]).toEqual([running, fresh]);
    expect([...bench.drops]).toEqual([[stale, 'outdated']]);
  });

  it.runIf(process.platform === 'linux')('is started with one helper thread for V8', async () => {
    bench = new Bench();
    await bench.ready();
    const words = readFileSync(`/proc/${bench.state.pid}/cmdline`, 'utf8').split('\0');
    expect(words).toEqual(expect.arrayContaining([...NODE_FLAGS]));
  });
});

describe('a model that cannot be trusted', () => {
  const copyOfModel = (): string => {
    const folder = mkdtempSync(path.join(tmpdir(), 'models-'));
    folders.push(folder);
    cpSync(path.join(modelsDir, 'bone-tracer'), path.join(folder, 'bone-tracer'), { recursive: true });
    return folder;
  };

  it('is refused when its file was altered, with both hashes', async () => {
    const folder = copyOfModel();
    const file = path.join(folder, 'bone-tracer/bone-tracer.onnx');
    const bytes = readFileSync(file);
    bytes[bytes.length >> 1]! ^= 1;
    writeFileSync(file, bytes);
    bench = new Bench({ modelsDir: folder });
    bench.supervisor.start();
    await until(() => bench.state.link === 'failed', 'the refusal');
    const manifest = readFileSync(path.join(folder, 'bone-tracer/model.yaml'), 'utf8');
    const expected = /sha256: ([0-9a-f]{64})/.exec(manifest)![1]!;
    expect(bench.state.message).toMatch(/bone-tracer\.onnx was altered: its sha256 is [0-9a-f]{64}, its manifest says/);
    expect(bench.state.message).toContain(expected);
    expect(bench.supervisor.hasCredit).toBe(false);
  });

  it('is refused when its manifest is missing, with the file it looked for', async () => {
    bench = new Bench({ modelId: 'no-such-model' });
    bench.supervisor.start();
    await until(() => bench.state.link === 'failed', 'the refusal');
    expect(bench.state.message).toMatch(/there is no model no-such-model: looked for .*model\.yaml/);
  });

  it('runs once the file is whole again, without a restart of the engine', async () => {
    const folder = copyOfModel();
    const file = path.join(folder, 'bone-tracer/bone-tracer.onnx');
    const whole = readFileSync(file);
    writeFileSync(file, whole.subarray(0, 1000));
    bench = new Bench({ modelsDir: folder });
    bench.supervisor.start();
    await until(() => bench.state.link === 'failed', 'the refusal');
    writeFileSync(file, whole);
    await until(() => bench.state.link === 'ready', 'the model to be accepted');
    expect((await bench.answerOf(phantom(1).pixels, SIZE)).state).toBe('bone');
  });
});
