import type { NotLiveKind, Presentation, ShownState } from '../../live/presentation.ts';
import { numberWriter } from '../numbers.ts';

interface Veil {
  readonly title: string;
  readonly text: string;
}

const write = numberWriter('en-GB');

const words: Record<ShownState, string> = {
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
  FREEZE: 'FREEZE',
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
  'SOURCE FAILED': { title: 'SOURCE FAILED', text: 'The source cannot be used. Correct its address and connect.' },
  CONNECTING: { title: 'CONNECTING', text: 'Waiting for the source.' },
  WAITING: { title: 'CONNECTING', text: 'Connected. Waiting for the first picture.' },
  'NO SOURCE': { title: 'NO SOURCE', text: 'Enter the address of the source and connect.' },
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

/** Whether the picture is live, old, or of no patient. */
export const state = {
  label: 'State of the picture',
  words,
  veils,
  kinds,
  age: (ms: number) => `age ${write.duration(ms)}`,
  feedLive: 'feed live',
  behind: (word: string) => `now: ${word}`,
  rec: {
    running: (ms: number) => `REC ${write.clock(ms)}`,
    failed: 'REC FAILED',
    lost: (frames: number) => `${frames} lost`,
  },
  noPicture: 'no picture',
  reload: 'Reload',
  engineBuild: (engine: string, page: string) => `Engine ${engine}, page ${page}.`,
};
