import type { EngineSnapshot } from '../../src-shared/index.ts';

/** What a model of the list is doing now; null: nothing. */
export type ModelState = 'running' | 'loading' | 'failed' | 'off' | null;

export function modelState(id: string, inference: EngineSnapshot['inference']): ModelState {
  const { modelId, nextModelId, link } = inference;
  if (id === nextModelId) {
    return 'loading';
  }
  if (id !== modelId) {
    return null;
  }
  switch (link) {
    case 'ready':
      return 'running';
    case 'starting':
      return 'loading';
    case 'off':
      return 'off';
    default:
      return 'failed';
  }
}
