import type { Words } from '../words.ts';
import { alerts } from './alerts.ts';
import { dashboard } from './dashboard.ts';
import { guide, guideActions } from './guide.ts';
import { live, liveActions } from './live.ts';
import { models } from './models.ts';
import { performance } from './performance.ts';
import { recordingActions, recordings } from './recordings.ts';
import { sayings } from './sayings.ts';
import { settings } from './settings.ts';
import { shell, shellActions } from './shell.ts';
import { space, spaceActions } from './space.ts';
import { state } from './state.ts';

export const french: Words = {
  shell,
  state,
  live,
  performance,
  dashboard,
  alerts,
  recordings,
  sayings,
  settings,
  space,
  models,
  guide,
  actions: { ...shellActions, ...liveActions, ...recordingActions, ...spaceActions, ...guideActions },
};
