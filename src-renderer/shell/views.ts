import { type ComponentType, lazy } from 'react';
import type { ViewId } from './view-id.ts';

/**
 * The views beside the live one, each in a chunk of its own: three.js and the charts are fetched when they are first
 * looked at, never before the picture. A view folder's `index.ts` exports its component. A view without a row here has
 * no tab and no key.
 */
export const LAZY_VIEWS: Partial<Record<Exclude<ViewId, 'live'>, ComponentType>> = {
  space: lazy(async () => ({ default: (await import('../space/index.ts')).SpaceView })),
  performance: lazy(async () => ({ default: (await import('../performance/index.ts')).PerformanceView })),
  recordings: lazy(async () => ({ default: (await import('../recordings/index.ts')).RecordingsView })),
  alerts: lazy(async () => ({ default: (await import('../alerts/index.ts')).AlertsView })),
  settings: lazy(async () => ({ default: (await import('../settings/index.ts')).SettingsView })),
};

export function isThere(view: ViewId): boolean {
  return view === 'live' || LAZY_VIEWS[view] !== undefined;
}
