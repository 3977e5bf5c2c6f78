import type { InferenceLink, PublisherLink, SourceLink, Stage } from '../../../src-shared/index.ts';
import type { NotLiveKind } from '../../live/presentation.ts';
import type { ViewId } from '../../shell/view-id.ts';
import { numberWriter } from '../numbers.ts';
import { state } from './state.ts';

const write = numberWriter('en-GB');

const views: Record<ViewId, string> = {
  live: 'Live',
  space: '3-D',
  performance: 'Performance',
  recordings: 'Recordings',
  alerts: 'Alerts',
  settings: 'Settings',
};

const sourceLinks: Record<SourceLink, string> = {
  disconnected: 'Disconnected',
  connecting: 'Connecting',
  connected: 'Connected',
  failed: 'Failed',
};

const publisherLinks: Record<PublisherLink, string> = {
  disconnected: 'Disconnected',
  connecting: 'Connecting',
  listening: 'Waiting for Slicer',
  connected: 'Connected',
  failed: 'Failed',
};

const inferenceLinks: Record<InferenceLink, string> = {
  off: 'Off',
  starting: 'Starting',
  ready: 'Ready',
  restarting: 'Restarting',
  failed: 'Failed',
};

const stages: Record<Stage, string> = {
  queue: 'Queue',
  preprocess: 'Preparation',
  wait: 'Model busy',
  run: 'Model run',
  postprocess: 'Mask',
  send: 'Sending',
};

/** The frame around all views: what it is, where one can go, connections, help. */
export const shell = {
  product: 'Ultramotion Console',
  researchUseOnly: 'RESEARCH USE ONLY',
  notForDiagnosis: 'Not for diagnosis',
  none: '–',
  number: write.fixed,
  views,
  viewsLabel: 'Views',
  loadingView: 'Loading …',
  viewFailed: 'This view could not be loaded. Reload the page.',

  source: {
    title: 'Source',
    label: 'Address of the source',
    placeholder: 'igtl://HOST:PORT, a recording, phantom',
    links: sourceLinks,
    facts: (device: string | null, size: readonly [number, number] | null) =>
      [device, size === null ? null : `${size[0]} × ${size[1]}`].filter((part) => part !== null).join(' '),
  },
  publisher: {
    title: 'To Slicer',
    label: 'Address the masks are published at',
    placeholder: 'igtl-server://HOST:PORT',
    links: publisherLinks,
    notPublished: (kind: NotLiveKind | null) =>
      kind === null ? 'Not published' : `Not published: ${state.kinds[kind].word.toLowerCase()}`,
    facts: (device: string, clients: number) =>
      clients === 0 ? device : `${device} to ${clients === 1 ? '1 client' : `${clients} clients`}`,
    clientsTitle: 'Slicer clients',
    clientFacts: (version: number, sent: number, dropped: number) => `v${version}  ${sent} sent  ${dropped} dropped`,
  },
  connect: 'Connect',
  disconnect: 'Disconnect',
  addressMissing: 'Enter an address first.',
  session: { as: (who: string) => `Signed in with ${who}`, signOut: 'Sign out' },
  refusals: {
    'engine-lost': () => state.veils['ENGINE LOST'].text,
    'no-answer': (ms: number) => `The engine did not answer within ${write.seconds(ms)}.`,
    'answer-lost': () => 'The engine went away before it answered.',
  },

  ai: {
    title: 'AI',
    links: inferenceLinks,
    restarts: (count: number) => (count === 1 ? '1 restart' : `${count} restarts`),
    /** The processor is not the one that was wanted. */
    fellBack: 'not as asked',
    milliseconds: (ms: number) => `${write.fixed(ms, ms < 10 ? 1 : 0)} ms`,
  },

  latency: {
    title: 'Latency from receipt, ms',
    stage: 'Stage',
    percentiles: ['p50', 'p95', 'p99'],
    stages,
    total: 'Received to sent',
    explained: 'The last second. Delays of the scanner and of this display are not in it.',
  },

  help: {
    title: 'Keys',
    explained: 'Keys act at once. Freeze, mask and capture act in every view by one key: fit for a foot pedal.',
    close: 'Close',
    everywhere: 'Everywhere',
  },
  keyNames: {
    ' ': 'Space',
    arrowleft: '←',
    arrowright: '→',
    arrowup: '↑',
    arrowdown: '↓',
    escape: 'Esc',
    delete: 'Del',
    home: 'Home',
    end: 'End',
  } as Readonly<Record<string, string>>,
};

export const shellActions = {
  'view.live': 'Show the live picture',
  'view.space': 'Show the 3-D view',
  'view.performance': 'Show performance',
  'view.recordings': 'Show recordings',
  'view.alerts': 'Show alerts',
  'view.settings': 'Show settings',
  'shell.help': 'Show or hide the list of keys',
  'shell.latency': 'Show or hide what each stage takes',
  'model.list': 'Models: choose another one',
  'shell.fullScreen': 'Full screen on or off',
  'shell.largeType': 'Large type on or off',
  'shell.theme': 'Dark or light',
};
