import { describe, expect, it } from 'vitest';
import { InferenceWatch } from '../../../src-main/engine/inference-watch.ts';
import type { InferenceState } from '../../../src-main/inference/index.ts';
import { ProblemBoard } from '../../../src-main/monitoring/index.ts';
import type { ProviderReport } from '../../../src-shared/index.ts';

const onWebGpu: ProviderReport = {
  role: 'encoder',
  running: 'webgpu',
  warmupMs: 412.3,
  share: 1,
  fellBack: false,
  trials: [{ provider: 'webgpu', outcome: 'running', why: null, said: null, runMs: 8.1 }],
};
const fallen: ProviderReport = {
  role: 'detector',
  running: 'cpu',
  warmupMs: 210.4,
  share: null,
  fellBack: true,
  trials: [
    { provider: 'webgpu', outcome: 'wrong', why: 'self-test against the CPU: boxes', said: null, runMs: null },
    { provider: 'cpu', outcome: 'running', why: null, said: null, runMs: 30.2 },
  ],
};
const state = (providers: readonly ProviderReport[], link: InferenceState['link'] = 'ready'): InferenceState => ({
  link,
  modelId: 'bone-net',
  provider: 'webgpu + cpu',
  providers,
  message: null,
  said: null,
  restarts: 0,
  warmupP99Ms: 9,
  pid: 1,
  isCrashLooping: false,
});

function watch() {
  const lines: [level: string, event: string, fields: Readonly<Record<string, unknown>>][] = [];
  const problems = new ProblemBoard();
  const log = (level: string, event: string, fields: Readonly<Record<string, unknown>>): void => {
    lines.push([level, event, fields]);
  };
  return { lines, problems, watch: new InferenceWatch({ log, problems, unavailable: () => {} } as never) };
}

describe('what is said about execution providers', () => {
  it('is one line a file in the log, a warning for the one that fell back, with everything that was tried', () => {
    const { lines, watch: it } = watch();
    it.changed(state([onWebGpu, fallen]));
    const told = lines.filter(([, event]) => event === 'inference.provider');
    expect(told.map(([level, , fields]) => [level, fields['role'], fields['running']])).toEqual([
      ['info', 'encoder', 'webgpu'],
      ['warn', 'detector', 'cpu'],
    ]);
    expect(told[1]![2]['tried']).toBe('webgpu: wrong: self-test against the CPU: boxes; cpu: running');
  });

  it('is a standing problem after a fall-back, gone when what was wanted runs again', () => {
    const { problems, watch: it } = watch();
    it.changed(state([onWebGpu, fallen]));
    const [problem] = problems.current(0);
    expect(problem).toMatchObject({ key: 'provider-fallback', severity: 'warning' });
    expect(problem!.message).toBe(
      'detector runs on cpu, not as wanted: webgpu wrong (self-test against the CPU: boxes)',
    );
    it.changed(state([], 'restarting'));
    it.changed(state([onWebGpu]));
    expect(problems.current(0).map(({ key }) => key)).not.toContain('provider-fallback');
  });

  it('is in every sample: what runs, and whether that was wanted', () => {
    const { watch: it } = watch();
    expect(it.figures(state([fallen]))).toEqual({ provider: 'webgpu + cpu', provider_fallback: 1 });
    expect(it.figures(state([onWebGpu]))).toEqual({ provider: 'webgpu + cpu', provider_fallback: 0 });
    expect(it.figures(state([], 'restarting'))).toEqual({ provider: null, provider_fallback: null });
  });
});
