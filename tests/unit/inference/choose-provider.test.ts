import ort, { type InferenceSession } from 'onnxruntime-node';
import { afterEach, describe, expect, it } from 'vitest';
import { valuesDiffer } from '../../../src-main/inference/providers/agreement.ts';
import {
  chooseProvider,
  type ProviderMeans,
  type ProviderTask,
} from '../../../src-main/inference/providers/choose-provider.ts';
import { type ProviderChoice, type ProviderName, say } from '../../../src-shared/index.ts';
import { onnxModel } from '../../support/onnx-model.ts';

/** y = gain * x: small, and altered with one number. */
const model = (gain = 2): Buffer =>
  onnxModel({
    inputs: [{ name: 'x', dims: [1, 64] }],
    outputs: [{ name: 'y', dims: [1, 64] }],
    nodes: [{ op: 'Mul', inputs: ['x', 'gain'], outputs: ['y'] }],
    weights: [{ name: 'gain', dims: [1], values: Float32Array.of(gain) }],
  });

const x = new ort.Tensor(
  'float32',
  Float32Array.from({ length: 64 }, (_, i) => Math.sin(i)),
  [1, 64],
);
const task: ProviderTask = { role: 'net', feeds: { x }, difference: valuesDiffer(['y']), excluded: {} };

const opened: InferenceSession[] = [];
const made: ProviderName[] = [];
afterEach(async () => {
  // What was passed over is released already, which `release` says by rejecting.
  for (const session of opened.splice(0)) await session.release().catch(() => {});
  made.splice(0);
});

/** Sessions of ONNX Runtime's CPU under the names of other providers, with the bytes given for each. */
function means(bytesOf: Partial<Record<ProviderName, Buffer>>, more: Partial<ProviderMeans> = {}): ProviderMeans {
  return {
    create: async (provider) => {
      const bytes = bytesOf[provider];
      if (bytes === undefined) throw new Error(`no available backend found. ERR: [${provider}] backend not found.`);
      made.push(provider);
      const session = await ort.InferenceSession.create(bytes);
      opened.push(session);
      return { session, share: () => 1 };
    },
    software: () => null,
    trying: async () => {},
    ...more,
  };
}

const choose = (choices: readonly ProviderChoice[], bytesOf: Partial<Record<ProviderName, Buffer>>, more = {}) =>
  chooseProvider(task, { choices, crashed: [] }, means(bytesOf, more));

describe('the choice of an execution provider', () => {
  it('takes the CPU when nothing else can be made, with the reasons, and calls that no fall-back of auto', async () => {
    const { report } = await choose(['auto'], { cpu: model() });
    expect(report).toMatchObject({ role: 'net', running: 'cpu', fellBack: false });
    expect(report.trials.map(({ provider, outcome }) => `${provider} ${outcome}`)).toEqual([
      'cuda refused',
      'dml refused',
      'coreml refused',
      'webgpu refused',
      'cpu running',
    ]);
    expect(report.trials[0]!.why).toMatch(/\[cuda\] backend not found/);
    expect(report.warmupMs).toBeGreaterThan(0);
  });

  it('takes a named provider whose results are the CPU’s, and keeps no session of the CPU', async () => {
    const { report, session } = await choose(['webgpu'], { webgpu: model(), cpu: model() });
    expect(report).toMatchObject({ running: 'webgpu', fellBack: false });
    expect(report.trials.at(-1)).toMatchObject({ why: null });
    expect(report.trials.at(-1)!.runMs).toBeGreaterThan(0);
    expect((await session.run({ x })).y!.dims).toEqual([1, 64]);
    const cpu = opened[made.indexOf('cpu')]!;
    await expect(cpu.run({ x })).rejects.toThrow(/disposed/);
  });

  it('rejects one whose results are others, by name or not, says by how much, and calls it a fall-back', async () => {
    for (const choices of [['webgpu'], ['auto']] as const) {
      const { report } = await choose(choices, { webgpu: model(2.1), cpu: model() });
      expect(report).toMatchObject({ running: 'cpu', fellBack: true });
      const trial = report.trials.find(({ provider }) => provider === 'webgpu')!;
      expect(trial.outcome).toBe('wrong');
      expect(trial.why).toMatch(/self-test against the CPU: y is off by 0\.1\d*, more than 0\.02/);
    }
  });

  it('passes over a software adapter unless it is named', async () => {
    const software = (provider: ProviderName) =>
      provider === 'webgpu' ? say('provider.software-driver', { driver: 'SwiftShader' }) : null;
    const bytes = { webgpu: model(), cpu: model() };
    const auto = await choose(['auto'], bytes, { software });
    expect(auto.report.running).toBe('cpu');
    expect(auto.report.trials.at(-2)).toMatchObject({
      outcome: 'software',
      why: expect.stringMatching(/software driver SwiftShader$/),
    });
    expect(auto.report.fellBack).toBe(false);
    expect((await choose(['auto', 'webgpu'], bytes, { software })).report.running).toBe('webgpu');
  });

  it('passes over one that is slower than the CPU, unless it is named', async () => {
    const slow = (bytesOf: Partial<Record<ProviderName, Buffer>>): Partial<ProviderMeans> => {
      const { create } = means(bytesOf);
      return {
        create: async (provider) => {
          const trial = await create(provider);
          if (provider === 'cpu') return trial;
          const run = trial.session.run.bind(trial.session);
          const late = async (feeds: InferenceSession.FeedsType) => {
            await new Promise((resolve) => setTimeout(resolve, 60));
            return run(feeds);
          };
          return { ...trial, session: Object.assign(trial.session, { run: late }) };
        },
      };
    };
    const bytes = { webgpu: model(), cpu: model() };
    const { report } = await choose(['auto'], bytes, slow(bytes));
    const passed = report.trials.at(-2)!;
    expect(passed).toMatchObject({ provider: 'webgpu', outcome: 'slower' });
    expect(passed.why).toMatch(/^\d+\.\d ms a run, the CPU \d+\.\d ms$/);
    expect(passed.runMs).toBeGreaterThanOrEqual(59);
    expect((await choose(['webgpu'], bytes, slow(bytes))).report.running).toBe('webgpu');
  });

  it('is not misled by a session that left every node to the CPU', async () => {
    const { create } = means({ webgpu: model(), cpu: model() });
    const onCpu = async (provider: ProviderName) => ({ ...(await create(provider)), share: () => 0 });
    const { report } = await choose(['webgpu'], {}, { create: onCpu });
    expect(report.trials[0]).toMatchObject({ provider: 'webgpu', outcome: 'refused' });
    expect(report.trials[0]!.why).toMatch(/all of them ran on the CPU/);
  });

  it('does not ask what is excluded, nor what an earlier process died of', async () => {
    const excluded = { dml: say('provider.dfine-on-directml') };
    const bytes = { dml: model(), webgpu: model(), cpu: model() };
    const { report } = await chooseProvider(
      { ...task, excluded },
      { choices: ['dml', 'webgpu'], crashed: ['webgpu'] },
      means(bytes),
    );
    expect(made).toEqual(['cpu']);
    expect(report.trials.map(({ outcome }) => outcome)).toEqual(['excluded', 'crashed', 'running']);
    expect(report.trials[0]).toMatchObject({
      why: 'D-FINE is known to give wrong boxes on DirectML',
      said: excluded.dml,
    });
    expect(report.trials[1]!.said).toEqual(say('provider.crashed'));
    expect(report.fellBack).toBe(true);
  });

  it('says before each trial what is tried, and after it that nothing is', async () => {
    const heard: (ProviderName | null)[] = [];
    const trying = async (provider: ProviderName | null): Promise<void> => void heard.push(provider);
    await choose(['webgpu'], { webgpu: model(), cpu: model() }, { trying });
    expect(heard).toEqual(['webgpu', null]);
  });

  it('tries nothing behind the CPU, and fails with the CPU’s words when that fails', async () => {
    expect((await choose(['cpu', 'webgpu'], { webgpu: model(), cpu: model() })).report.trials).toHaveLength(1);
    await expect(choose(['webgpu'], { webgpu: model() })).rejects.toThrow(/\[cpu\] backend not found/);
  });
});
