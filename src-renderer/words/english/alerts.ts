import type { AlertRouteName, AlertState, ConditionCode, ConditionWords } from '../../../src-shared/index.ts';
import { numberWriter } from '../numbers.ts';
import { saidOfAlert } from '../said.ts';
import { sayings } from './sayings.ts';

const write = numberWriter('en-GB');

type Values = ConditionWords['values'];

interface Condition {
  /** What happened, with the value and the limit. */
  readonly what: (values: Values) => string;
  /** What to do about it. */
  readonly advice: string;
}

const time = (ts: number): string => write.moment(new Date(ts * 1000));

const states: Record<AlertState, string> = {
  ok: 'Over',
  pending: 'Pending',
  warning: 'Warning',
  critical: 'Critical',
  recovering: 'Recovering',
  'no-data': 'No data',
};

const conditions: Record<ConditionCode, Condition> = {
  'fps-in-low': {
    what: ({ fps, limit }) => `Only ${fps} frames/s arrive, the limit is ${limit}.`,
    advice: 'Look at the network between the ultrasound server and this machine, and at the load of both.',
  },
  'fps-out-low': {
    what: ({ fps, limit }) => `Only ${fps} masks/s leave, the limit is ${limit}.`,
    advice: 'Look at which queue drops frames; a smaller model or another execution provider makes room.',
  },
  'latency-high': {
    what: ({ p95Ms, limitMs }) => `Latency (p95) is ${p95Ms} ms, the limit is ${limitMs} ms.`,
    advice: 'Look at which stage takes the time; end other programs that use the processor or the GPU.',
  },
  'gpu-high': {
    what: ({ percent, limitPercent }) => `GPU utilisation is ${percent} %, the limit is ${limitPercent} %.`,
    advice: 'End other programs that use the GPU, or choose a smaller model.',
  },
  'archive-backlog': {
    what: ({ megabytes, limitMegabytes }) =>
      `ARCHIVE BEHIND: ${megabytes} MB of frames wait to be recorded, the limit is ${limitMegabytes} MB.`,
    advice: 'The disk is too slow: stop other programs that write to it, or record to a faster one.',
  },
  'disk-low': {
    what: ({ megabytes, limitMegabytes }) =>
      `${megabytes} MB of disk space are free, the limit is ${limitMegabytes} MB.`,
    advice: 'Move or delete old recordings, or record to another disk.',
  },
  link: {
    what: ({ liveness }) => `The picture is not live: ${liveness}.`,
    advice: 'Look at the ultrasound device, the server that sends its pictures, and the cable between them and here.',
  },
  'publisher-link': {
    what: ({ address }) => `Masks cannot be handed on to ${address}.`,
    advice: 'Look at whether the receiver runs and whether its address and port are right.',
  },
  'log-loss': {
    what: ({ lines }) => `${lines} lines of log and history could not be written.`,
    advice: 'Look at whether the disk with the data directory is full or slow.',
  },
  problem: {
    what: (values) => saidOfAlert(sayings, values),
    advice: 'The message says what is wrong; the log has what came before it.',
  },
};

const routeNames: Record<AlertRouteName, string> = {
  log: 'Log',
  console: 'This console',
  webhook: 'Webhook',
  slack: 'Slack',
};

/** What is wrong now and what to do about it. */
export const alerts = {
  title: 'Alerts',
  nothing: 'Nothing is wrong.',
  times: (count: number) => `${count} ×`,
  severity: { info: 'Info', warning: 'Warning', critical: 'Critical' },
  refused: (reason: string) => `The console could not read a message from the engine: ${reason}`,
  viewFailed: (message: string) => `The live view stopped: ${message}. Reload the page.`,
  states,
  conditions,
  time,
  since: (ts: number) => `since ${time(ts)}`,
  acknowledge: 'Acknowledge',
  acknowledgedAt: (ts: number) => `acknowledged ${time(ts)}`,
  silence: (minutes: number) => `Silence for ${minutes} min`,
  unsilence: 'End the silence',
  silenced: 'silenced',
  silencedUntil: (ts: number) => `silenced until ${time(ts)}`,
  history: 'Before',
  noHistory: 'Nothing so far.',
  bundle: {
    make: 'Logs for support',
    making: 'Being packed …',
    made: (megabytes: number, file: string) =>
      `Packed, secrets masked: ${write.fixed(megabytes, 1)} MB, on the engine’s machine in ${file}`,
    fetch: 'Save it here',
    explained: 'Log, figures and alerts of the last days in one file, with secrets masked.',
  },
  routes: 'Where changes are told',
  routeNames,
  routeFacts: (delivered: number, waiting: number, dead: number) =>
    `${delivered} delivered, ${waiting} waiting, ${dead} given up`,
  routeOff: 'not set up: see settings, Alerts',
  testRoute: 'Send a test',
  testDelivered: 'The receiver took it.',
  replay: 'Send again what was given up',
  replayed: (count: number) => (count === 1 ? '1 event is sent again.' : `${count} events are sent again.`),
};
