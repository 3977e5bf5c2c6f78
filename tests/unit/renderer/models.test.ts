import { describe, expect, it } from 'vitest';
import { modelState } from '../../../src-renderer/models/model-state.ts';
import type { EngineSnapshot } from '../../../src-shared/index.ts';

const inference: EngineSnapshot['inference'] = {
  link: 'ready',
  modelId: 'a',
  provider: 'cpu',
  providers: [],
  message: null,
  said: null,
  restarts: 0,
  nextModelId: null,
  smoothFrames: 1,
  noMaskAfterMs: 150,
};

describe('what a model of the list is doing', () => {
  it('is said of the one that works and of the one that is coming, while both are there', () => {
    const switching = { ...inference, nextModelId: 'b' };
    expect(['a', 'b', 'c'].map((id) => modelState(id, switching))).toEqual(['running', 'loading', null]);
    expect(modelState('a', { ...inference, link: 'starting' })).toBe('loading');
  });

  it('is never "in use" for one that is off, failed or being restarted', () => {
    expect(modelState('a', { ...inference, link: 'off' })).toBe('off');
    expect(modelState('a', { ...inference, link: 'failed' })).toBe('failed');
    expect(modelState('a', { ...inference, link: 'restarting' })).toBe('failed');
  });
});
