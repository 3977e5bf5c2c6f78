import { en } from 'zod/locales';
import { type SettingGroup, type SettingKey, type SettingOverride, settingInfo } from '../../../src-shared/index.ts';
import { numberWriter } from '../numbers.ts';

const write = numberWriter('en-GB');

const groups: Record<SettingGroup, string> & Partial<Record<string, string>> = {
  source: 'Source',
  publish: 'To Slicer',
  model: 'Model',
  mask: 'Mask quality',
  queues: 'Queues',
  recording: 'Recording',
  space: '3-D surface',
  view: 'Display',
  http: 'Browser and API access',
  log: 'Logs',
  kpi: 'KPI samples',
  gpu: 'GPU',
  alerts: 'Alerts',
};

/** What choices are called; one without a row is shown as it is written in the settings file. */
const choices: Partial<Record<string, string>> = {
  auto: 'automatic',
  dark: 'dark',
  light: 'light',
  en: 'English',
  fr: 'Français',
  normal: 'normal',
  perf: 'performance (warnings and up)',
  webgl: 'WebGL',
  '2d': '2-D',
  fill: 'filled',
  outline: 'outline',
  surface: 'surface line',
  image: 'matrix of the picture',
  pose: 'pose (transform)',
  blue: 'blue',
  yellow: 'yellow',
  green: 'green',
  purple: 'purple',
};

const overriddenBy: Record<SettingOverride, string> = {
  environment: 'set by an environment variable, over the settings file',
  'command-line': 'set on the command line, over the settings file',
};

/** The settings panel. */
export const settings = {
  groups,
  choices,
  titleOf: (key: SettingKey): string => settingInfo(key).title,
  search: 'Search',
  nothingFound: (search: string) => `No setting has “${search}” in its name.`,
  empty: 'empty',
  notChanged: (why: string) => `Not changed: ${why}`,
  defaultIs: (value: string) => `default ${value}`,
  toDefault: 'To default',
  actsNow: 'acts at once',
  actsAfterRestart: 'acts after a restart',
  overriddenBy,
  waitsForRestart: 'changed, waits for a restart',
  waiting: (count: number) =>
    count === 1
      ? 'One changed setting acts after a restart of the engine.'
      : `${count} changed settings act after a restart of the engine.`,
  between: (low: number, high: number, isLowOpen: boolean, isHighOpen: boolean) =>
    `${isLowOpen ? 'above ' : ''}${low} to ${isHighOpen ? 'below ' : ''}${high}`,
  atLeast: (low: number) => `at least ${low}`,
  atMost: (high: number) => `at most ${high}`,
  /** What zod has against a value that no sentence of ours covers. */
  schemaErrors: en().localeError,
  refusals: {
    number: 'Not saved: a number is expected.',
    whole: 'Not saved: a whole number is expected.',
    pair: 'Not saved: two numbers are expected, along columns and rows.',
    json: 'Not saved: this is not JSON.',
    empty: 'Not saved: it cannot be empty.',
    range: (range: string) => `Not saved: expected ${range}.`,
    schema: (text: string) => `Not saved: ${text}`,
  },
  test: {
    source: 'Test the source',
    publisher: 'Test the connection to Slicer',
    running: 'Trying …',
    failed: (message: string) => `Failed: ${message}`,
    frame: (device: string, [columns, rows]: readonly [number, number], ms: number) =>
      `Works: a picture of ${columns} × ${rows} from ${device} after ${write.seconds(ms)}.`,
    found: {
      listener: 'Works: somebody listens there.',
      'free-port': 'Works: the port is free, Slicer can connect to it.',
      ours: 'Works: we listen there now.',
    },
  },
  file: {
    export: 'Export',
    import: 'Import',
    reset: 'Reset all',
    resetSure: 'Reset all to their defaults',
    resetNot: 'Keep',
    applied: (count: number) =>
      count === 0 ? 'Nothing to change.' : count === 1 ? 'One setting taken over.' : `${count} settings taken over.`,
    notOurs: (name: string) => `${name} is not a settings file of this console.`,
    refused: (reason: string) => `Nothing was taken over: ${reason}`,
  },
};
