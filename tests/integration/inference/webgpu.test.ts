/**
 * WebGPU for real, on a Vulkan driver that computes on the CPU (Chromium's SwiftShader): everything but the speed is what
 * a graphics processor would show.
 */

import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  forkInference,
  type InferenceResult,
  type InferenceState,
  InferenceSupervisor,
  MODEL_OWN_MASK,
  type SpawnInference,
} from '../../../src-main/inference/index.ts';
import { detectorSchema } from '../../../src-main/inference/manifest-two-stage.ts';
import {
  loadRuntime,
  openSession,
  providerMeans,
  type SessionOptions,
  type SessionTask,
} from '../../../src-main/inference/onnx-session.ts';
import { valuesDiffer } from '../../../src-main/inference/providers/agreement.ts';
import { chooseProvider } from '../../../src-main/inference/providers/choose-provider.ts';
import { addModel, addRequest } from '../../../src-main/inference/registry/registry.ts';
import { openDetector } from '../../../src-main/inference/two-stage/detector-session.ts';
import { monotonicMs } from '../../../src-main/pipeline/index.ts';
import type { ProviderChoice } from '../../../src-shared/index.ts';
import { dfineHuggingFace, dfineOfficial, segmenter } from '../../support/model-exports.ts';
import { onnxModel } from '../../support/onnx-model.ts';

const SWIFTSHADER = '/usr/lib/chromium/vk_swiftshader_icd.json';
const missing = [SWIFTSHADER, '/usr/lib/x86_64-linux-gnu/libvulkan.so.1'].filter((file) => !existsSync(file));
const why = missing.length === 0 ? '' : ` (skipped: ${missing.join(', ')} not here)`;
// The driver is looked for when the first session is made, in this process as in those it starts.
process.env.VK_ICD_FILENAMES = SWIFTSHADER;

const root = path.resolve(import.meta.dirname, '../../..');
const fork = (env: NodeJS.ProcessEnv = {}): SpawnInference =>
  forkInference(path.join(root, 'src-main/inference/inference-process.ts'), { ...process.env, ...env });

/** A picture through one convolution and a sigmoid. */
function net(gain: number): Buffer {
  const kernel = Float32Array.from({ length: 72 }, (_, i) => gain * Math.sin(i));
  return onnxModel({
    inputs: [{ name: 'x', dims: [1, 1, 'rows', 'columns'] }],
    outputs: [{ name: 'y', dims: [1, 8, 'rows', 'columns'] }],
    nodes: [
      { op: 'Conv', inputs: ['x', 'kernel'], outputs: ['c'], attributes: { pads: [1, 1, 1, 1] } },
      { op: 'Sigmoid', inputs: ['c'], outputs: ['y'] },
    ],
    weights: [{ name: 'kernel', dims: [8, 1, 3, 3], values: kernel }],
  });
}

const pixels = Float32Array.from({ length: 32 * 24 }, (_, i) => Math.sin(0.37 * i));
const task: SessionTask = {
  role: 'segmenter',
  inputs: ['x'],
  outputs: ['y'],
  optimization: 'all',
  feeds: (Tensor) => ({ x: new Tensor('float32', pixels, [1, 1, 24, 32]) }),
  difference: valuesDiffer(['y']),
};
const options = (...providers: ProviderChoice[]): SessionOptions => ({
  intraOpThreads: 1,
  allowSpinning: false,
  device: 0,
  crashed: [],
  providers,
});

describe.skipIf(missing.length > 0)(`WebGPU on a software driver${why}`, () => {
  it('runs the graph’s nodes itself and gives the CPU’s results when it is asked for by name', async () => {
    const webgpu = await openSession('net.onnx', net(1), task, options('webgpu'));
    expect(webgpu.report).toMatchObject({ role: 'segmenter', running: 'webgpu', fellBack: false });
    expect(webgpu.report.share).toBeGreaterThan(0.5);
    expect(webgpu.report.trials).toHaveLength(1);
    const cpu = await openSession('net.onnx', net(1), task, options('cpu'));
    const [actual, expected] = await Promise.all(
      [webgpu, cpu].map(async ({ session, Tensor }) => (await session.run(task.feeds(Tensor))).y!.data as Float32Array),
    );
    expect(Math.max(...actual!.map((value, i) => Math.abs(value - expected![i]!)))).toBeLessThan(1e-4);
    await webgpu.session.release();
    await cpu.session.release();
  });

  it('is passed over by auto, with the reason, and ONNX Runtime’s own words for what it could not make', async () => {
    const { report, session } = await openSession('net.onnx', net(1), task, options('auto'));
    await session.release();
    expect(report).toMatchObject({ running: 'cpu', fellBack: false });
    const [cuda, dml, coreml, webgpu, cpu] = report.trials;
    expect(cuda).toMatchObject({ provider: 'cuda', outcome: 'refused' });
    expect(cuda!.why).toMatch(/CUDA|Cuda|cuda/);
    expect(dml).toMatchObject({ outcome: 'refused', why: expect.stringMatching(/dml.*backend not found/i) });
    expect(coreml).toMatchObject({ outcome: 'refused', why: expect.stringMatching(/coreml.*backend not found/i) });
    expect(['software', 'slower']).toContain(webgpu!.outcome);
    expect(cpu).toMatchObject({ provider: 'cpu', outcome: 'running', why: null });
  });

  it('is rejected when what it computes is not what the CPU computes: a model altered on its way there', async () => {
    const ort = loadRuntime();
    const whole = providerMeans(ort, net(1), task, options('webgpu'));
    const altered = providerMeans(ort, net(1.5), task, options('webgpu'));
    const { report, session } = await chooseProvider(
      { ...task, feeds: task.feeds(ort.Tensor), excluded: {} },
      { choices: ['webgpu'], crashed: [] },
      { ...whole, create: (provider) => (provider === 'webgpu' ? altered : whole).create(provider) },
    );
    await session.release();
    expect(report).toMatchObject({ running: 'cpu', fellBack: true });
    expect(report.trials[0]).toMatchObject({ provider: 'webgpu', outcome: 'wrong' });
    expect(report.trials[0]!.why).toMatch(/self-test against the CPU: y is off by/);
  });
});

/** A detector's export as a model in a folder of its own would name it. */
const DETECTORS = [
  {
    file: dfineOfficial({ side: 64 }),
    manifest: {
      variant: 'dfine-official',
      input: { name: 'images', channels: 3, size: [64, 64], fit: 'stretch' },
      sizeInput: { name: 'orig_target_sizes', type: 'int64', order: 'wh' },
      outputs: { form: 'decoded', labels: 'labels', boxes: 'boxes', scores: 'scores' },
      boxes: 'xyxy-source',
    },
  },
  {
    file: dfineHuggingFace(),
    manifest: {
      variant: 'dfine-hugging-face',
      input: { name: 'pixel_values', channels: 3, size: [64, 64], fit: 'stretch' },
      sizeInput: null,
      outputs: { form: 'raw', logits: 'logits', boxes: 'pred_boxes' },
      boxes: 'cxcywh-unit',
    },
  },
];

describe.skipIf(missing.length > 0)(`a detector on WebGPU${why}`, () => {
  it.each(DETECTORS)('passes its self-test and finds what it finds on the CPU: $manifest.variant', async (one) => {
    const folder = mkdtempSync(path.join(tmpdir(), 'webgpu-detector-'));
    writeFileSync(path.join(folder, 'detector.onnx'), one.file);
    const file = {
      path: 'detector.onnx',
      sha256: createHash('sha256').update(one.file).digest('hex'),
      bytes: one.file.length,
    };
    const picture = {
      data: new Float32Array(3 * 64 * 64).fill(0.4),
      dims: [1, 3, 64, 64],
      canvas: [64, 64],
      scale: [0.2, 64 / 240],
      mmPerPixel: null,
    } as const;
    const sample = { inputs: [picture], size: [320, 240] as const, scoreThreshold: null };
    const found = [];
    for (const provider of ['webgpu', 'cpu'] as const) {
      const detector = await openDetector(
        folder,
        file,
        detectorSchema.parse(one.manifest),
        ['bone'],
        options(provider),
        sample,
      );
      expect(detector.report).toMatchObject({ running: provider, fellBack: false });
      found.push(await detector.detect(picture, sample.size, null));
    }
    expect(found[0]).toHaveLength(1);
    expect(found[0]).toEqual(found[1]);
    rmSync(folder, { recursive: true });
  });
});

describe.skipIf(missing.length > 0)(`the inference process and WebGPU${why}`, () => {
  let supervisor: InferenceSupervisor;
  let userModelsDir: string;
  const results: InferenceResult[] = [];

  function start(spawn: SpawnInference, modelId = 'bone-tracer'): void {
    results.splice(0);
    supervisor = new InferenceSupervisor(
      {
        spawn,
        modelsDir: path.join(root, 'models'),
        userModelsDir,
        modelId,
        intraOpThreads: 1,
        allowSpinning: false,
        providers: ['webgpu'],
        device: 0,
        gpuQueueSize: 3,
        mask: MODEL_OWN_MASK,
        maxLagMs: 500,
        startTimeoutMs: 100_000,
      },
      {
        result: (result) => results.push(result),
        dropped: () => {},
        state: () => {},
        credit: () => {},
      },
    );
    supervisor.start();
  }

  async function ready(): Promise<InferenceState> {
    const endMs = monotonicMs() + 110_000;
    while (supervisor.state.link !== 'ready') {
      if (monotonicMs() > endMs) throw new Error(`not ready: ${supervisor.state.message}`);
      await sleep(20);
    }
    return supervisor.state;
  }

  beforeEach(() => {
    userModelsDir = mkdtempSync(path.join(tmpdir(), 'webgpu-'));
  });
  afterEach(async () => {
    await supervisor.close();
    rmSync(userModelsDir, { recursive: true });
  });

  it('segments a frame on it, and the result names it', async () => {
    const file = path.join(userModelsDir, 'net.onnx');
    writeFileSync(file, segmenter({ size: [64, 48] }));
    const folders = { shipped: path.join(root, 'models'), user: userModelsDir };
    await addModel(folders, addRequest({ path: file, id: 'small' }));
    start(fork(), 'small');
    const { provider, providers } = await ready();
    expect(provider).toBe('webgpu');
    expect(providers).toHaveLength(1);
    expect(providers[0]).toMatchObject({ role: 'segmenter', running: 'webgpu', fellBack: false });
    expect(providers[0]!.share).toBeGreaterThan(0);
    const now = monotonicMs();
    supervisor.submit({
      handle: 1,
      series: 0,
      size: [64, 48],
      components: 1,
      pixels: Uint8Array.from({ length: 64 * 48 }, (_, i) => 128 + 100 * Math.sin(i)),
      scale: { mmPerPixel: [0.5, 0.5], origin: 'source' },
      orientation: 'MF',
      receivedMs: now,
      dequeuedMs: now,
    });
    const endMs = monotonicMs() + 50_000;
    while (results.length === 0 && monotonicMs() < endMs) await sleep(20);
    expect(results[0]).toMatchObject({ modelId: 'small', provider: 'webgpu', reason: null });
    expect(['bone', 'no-bone']).toContain(results[0]!.state);
  });

  it('falls back to the CPU where there is no driver, keeps running, and says what Dawn said', async () => {
    start(fork({ VK_ICD_FILENAMES: '/nowhere/icd.json' }));
    const { provider, providers } = await ready();
    expect(provider).toBe('cpu');
    expect(providers).toHaveLength(1);
    expect(providers[0]).toMatchObject({ role: 'likelihood', running: 'cpu', fellBack: true });
    expect(providers[0]!.trials[0]).toMatchObject({ provider: 'webgpu', outcome: 'refused' });
    expect(providers[0]!.trials[0]!.why).toMatch(/adapter/i);
  });

  it('does not try again what an earlier process died of', async () => {
    const spawn = fork();
    let kills = 0;
    start(async () => {
      const child = await spawn();
      return {
        ...child,
        onMessage: (callback) =>
          child.onMessage((message) => {
            callback(message);
            const { type, provider } = message as { type: string; provider?: unknown };
            if (type === 'trying' && provider === 'webgpu') {
              kills++;
              process.kill(child.pid!, 'SIGKILL');
            }
          }),
      };
    });
    const { providers, restarts } = await ready();
    expect({ kills, restarts }).toEqual({ kills: 1, restarts: 1 });
    expect(providers[0]).toMatchObject({ running: 'cpu', fellBack: true });
    expect(providers[0]!.trials[0]).toMatchObject({ provider: 'webgpu', outcome: 'crashed' });
  });
});
