/**
 * Every word an operator reads, in one place. Another language is another object of the same type.
 *
 * No sentence is glued together elsewhere: what depends on a value is a function here.
 */
import type { DropReason, InferenceLink, PublisherLink, ScaleOrigin, SourceLink } from '../src-shared/index.ts';
import type { RendererReason } from './live/picture-renderer.ts';
import type { NotLiveKind, Presentation, ResultWord, ShownState } from './live/presentation.ts';

interface Veil {
  readonly title: string;
  readonly text: string;
}

const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`;

/** Ages and durations: milliseconds while they mean something, seconds after. */
const duration = (ms: number): string => (ms < 10_000 ? `${Math.round(ms)} ms` : seconds(ms));

const millimetres = ([x, y]: readonly [number, number]): string => {
  const digits = (value: number): string => (value < 0.0995 ? value.toFixed(3) : value.toFixed(2));
  // Spacings come as 32-bit floats: what differs by less than that is one number, and is shown as one.
  return Math.abs(x - y) <= 1e-4 * y ? digits((x + y) / 2) : `${digits(x)} × ${digits(y)}`;
};

const stateWords: Record<ShownState, string> = {
  LIVE: 'LIVE',
  STALE: 'STALE',
  FROZEN: 'FROZEN',
  'LINK LOST': 'LINK LOST',
  ENDED: 'ENDED',
  'SOURCE FAILED': 'SOURCE FAILED',
  CONNECTING: 'CONNECTING',
  'NO SOURCE': 'NO SOURCE',
  DEMO: 'DEMO',
  REPLAY: 'REPLAY',
  SIMULATED: 'SIMULATED',
  'ENGINE LOST': 'ENGINE LOST',
  RELOAD: 'RELOAD',
};

const veils: Record<NonNullable<Presentation['veil']>, Veil> = {
  STALE: { title: 'STALE', text: 'No new picture is coming. What you see is old.' },
  FROZEN: {
    title: 'FROZEN AT SOURCE',
    text: 'The link is up, but the picture does not change. Is the scanner in freeze?',
  },
  'LINK LOST': { title: 'LINK LOST', text: 'The source does not answer. Reconnecting.' },
  ENDED: { title: 'ENDED', text: 'The recording is over. What you see is its last picture.' },
  'SOURCE FAILED': { title: 'SOURCE FAILED', text: 'The source cannot be used. Correct it above and connect.' },
  CONNECTING: { title: 'CONNECTING', text: 'Waiting for the source.' },
  WAITING: { title: 'CONNECTING', text: 'Connected. Waiting for the first picture.' },
  'NO SOURCE': { title: 'NO SOURCE', text: 'Enter the address of the source above and connect.' },
  'ENGINE LOST': {
    title: 'ENGINE LOST',
    text: 'The engine does not answer. Everything shown here is old. Reconnecting.',
  },
  RELOAD: { title: 'RELOAD NEEDED', text: 'The engine has another version than this page.' },
};

const kinds: Record<NotLiveKind, { readonly word: string; readonly text: string }> = {
  demo: { word: 'DEMO', text: 'Synthetic picture. No patient.' },
  replay: { word: 'REPLAY', text: 'Recorded earlier. Not live.' },
  simulated: { word: 'SIMULATED', text: 'Simulated scanner. Not live.' },
};

const results: Record<ResultWord, string> = {
  bone: 'BONE',
  'no-bone': 'NO BONE',
  'ai-off': 'AI OFF',
  'ai-failed': 'AI FAILED',
  'frame-skipped': 'FRAME SKIPPED',
  'no-mask': 'NO MASK',
};

const resultTexts: Record<ResultWord, string> = {
  bone: 'Bone outlined on this frame',
  'no-bone': 'No bone found on this frame',
  'ai-off': 'The model is switched off',
  'ai-failed': 'The model gave no result',
  'frame-skipped': 'The model passed this frame over',
  'no-mask': 'No result in time: raw picture',
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

const rendererReasons: Record<RendererReason, string> = {
  chosen: 'as set',
  hardware: 'graphics card',
  software: 'no graphics card',
  unavailable: 'WebGL not available',
  lost: 'WebGL was lost',
};

const dropReasons: Record<DropReason, string> = {
  full: 'queue full',
  outdated: 'too old',
  'inference-down': 'inference down',
  'source-changed': 'source changed',
  'ai-off': 'AI off',
};

const english = {
  product: 'Ultramotion Console',
  researchUseOnly: 'RESEARCH USE ONLY',
  notForDiagnosis: 'Not for diagnosis',
  none: '–',

  state: {
    label: 'State of the picture',
    words: stateWords,
    age: (ms: number) => `age ${duration(ms)}`,
    feedLive: 'feed live',
    noPicture: 'no picture',
  },
  veils,
  kinds,
  reload: 'Reload',
  engineBuild: (engine: string, page: string) => `Engine ${engine}, page ${page}.`,

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
      kind === null ? 'Not published' : `Not published: ${kinds[kind].word.toLowerCase()}`,
    facts: (device: string, clients: number) =>
      clients === 0 ? device : `${device} to ${clients === 1 ? '1 client' : `${clients} clients`}`,
    clientsTitle: 'Slicer clients',
    clientFacts: (version: number, sent: number, dropped: number) => `v${version}  ${sent} sent  ${dropped} dropped`,
  },
  connect: 'Connect',
  disconnect: 'Disconnect',
  addressMissing: 'Enter an address first.',
  commandLost: 'The engine went away before it answered.',
  commandTimeout: (ms: number) => `The engine did not answer within ${seconds(ms)}.`,

  ai: {
    title: 'AI',
    links: inferenceLinks,
    restarts: (count: number) => (count === 1 ? '1 restart' : `${count} restarts`),
  },

  results,
  resultTexts,
  resultTitle: 'Result of this frame',
  score: (score: number) => `score ${score.toFixed(2)}`,
  maskHidden: 'MASK HIDDEN',

  scale: {
    title: 'Scale',
    known: (mmPerPixel: readonly [number, number]) => `${millimetres(mmPerPixel)} mm per pixel`,
    assumed: (mmPerPixel: readonly [number, number], origin: Exclude<ScaleOrigin, 'source'>) =>
      `scale assumed: ${millimetres(mmPerPixel)} mm per pixel (${origin === 'user' ? 'set by user' : 'estimate'})`,
  },

  mask: {
    title: 'Mask',
    show: 'Show mask',
    hide: 'Hide mask',
    key: 'M',
    opacity: 'Mask opacity',
    percent: (opacity: number) => `${Math.round(opacity * 100)} %`,
  },

  figures: {
    title: 'Figures',
    lastKnown: 'last known, not current',
    fpsIn: 'Frames in',
    fpsOut: 'Masks out',
    painted: 'Painted',
    perSecond: '/s',
    latency: 'Latency from receipt',
    p50: 'p50',
    p95: 'p95',
    milliseconds: 'ms',
    drops: 'Dropped',
    queue: { rt: 'RT', gpu: 'GPU', out: 'Out' },
    dropReasons,
    coalesced: 'Coalesced',
    coalescedLong: 'Pictures not painted because a newer one was ready. Not a drop.',
    upstreamLost: 'Lost upstream',
    upstreamUnknown: 'not numbered',
    display: 'Display',
    renderers: { webgl: 'WebGL', '2d': '2-D' },
    rendererReasons,
  },

  chart: {
    title: 'Last 2 minutes',
    show: 'Show charts',
    hide: 'Hide charts',
    rate: 'Frames per second',
    latency: 'Latency from receipt, ms',
    fpsIn: 'in',
    fpsOut: 'out',
    p50: 'p50',
    p95: 'p95',
    secondsAgo: (value: number) => (value === 0 ? 'now' : `${value} s`),
  },

  problems: {
    title: 'Problems',
    times: (count: number) => `${count} ×`,
    severity: { info: 'Info', warning: 'Warning', critical: 'Critical' },
    refused: (reason: string) => `The console could not read a message from the engine: ${reason}`,
    viewFailed: (message: string) => `The live view stopped: ${message}. Reload the page.`,
  },
};

export type Words = typeof english;

/** The catalogue in use. */
export const words: Words = english;
