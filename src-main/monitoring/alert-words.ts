import type { AlertSeverity, ConditionCode, ConditionWords } from '../../src-shared/index.ts';

type Values = ConditionWords['values'];

interface Words {
  /** What happened, with the thing, the value and the limit. */
  readonly what: (values: Values) => string;
  /** What to do about it. */
  readonly advice: string;
}

/** The one place that turns conditions into English, for log, webhooks and API. Consoles have catalogues of their own. */
const WORDS: Readonly<Record<ConditionCode, Words>> = {
  'fps-in-low': {
    what: ({ fps, limit, sourceFps }) =>
      `only ${fps} frames/s arrive, the limit is ${limit} frames/s (the source itself: ${sourceFps} frames/s)`,
    advice: 'Look at the network between the ultrasound server and this machine, and at the load of both.',
  },
  'fps-out-low': {
    what: ({ fps, limit, sourceFps }) =>
      `only ${fps} masks/s leave, the limit is ${limit} masks/s (the source itself: ${sourceFps} frames/s)`,
    advice: 'Look at which queue drops frames; a smaller model or another execution provider makes room.',
  },
  'latency-high': {
    what: ({ p95Ms, limitMs }) => `latency (p95) is ${p95Ms} ms, the limit is ${limitMs} ms`,
    advice: 'Look at which stage takes the time; end other programs that use the processor or the GPU.',
  },
  'gpu-high': {
    what: ({ percent, limitPercent }) => `GPU utilisation is ${percent} %, the limit is ${limitPercent} %`,
    advice: 'End other programs that use the GPU, or choose a smaller model.',
  },
  'archive-backlog': {
    what: ({ megabytes, limitMegabytes }) =>
      `${megabytes} MB of frames wait to be recorded, the limit is ${limitMegabytes} MB`,
    advice: 'The disk is too slow: stop other programs that write to it, or record to a faster one.',
  },
  'disk-low': {
    what: ({ megabytes, limitMegabytes }) =>
      `${megabytes} MB of disk space are free, the limit is ${limitMegabytes} MB`,
    advice: 'Move or delete old recordings, or record to another disk.',
  },
  link: {
    what: ({ liveness }) => `the picture is not live: ${liveness}`,
    advice: 'Look at the ultrasound device, the server that sends its pictures, and the cable between them and here.',
  },
  'publisher-link': {
    what: ({ link, address }) => `masks cannot be handed on to ${address}: ${link}`,
    advice: 'Look at whether the receiver runs and whether its address and port are right.',
  },
  'log-loss': {
    what: ({ lines }) => `${lines} lines of log and history could not be written`,
    advice: 'Look at whether the disk with the data directory is full or slow.',
  },
  problem: {
    what: ({ message }) => String(message),
    advice: 'The message says what is wrong; the log has what came before it.',
  },
};

export function alertText({ code, values }: ConditionWords): string {
  return WORDS[code].what(values);
}

export function alertAdvice(code: ConditionCode): string {
  return WORDS[code].advice;
}

/** What a change says in one line: `CRITICAL latency: latency (p95) is 62 ms, the limit is 50 ms`. */
export function headline(key: string, severity: AlertSeverity, isOver: boolean, text: string): string {
  return isOver ? `OK ${key}: over (${text})` : `${severity.toUpperCase()} ${key}: ${text}`;
}
