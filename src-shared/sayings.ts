/** What a sentence is made of. Texts of others (an operating system's, ONNX Runtime's) stay as they came. */
export type SayingValues = Readonly<Record<string, string | number>>;

/**
 * Everything the engine says to an operator on its own account, by code: English here, for log, API and consoles alike;
 * the console's catalogues say it in other languages. A code never means two things.
 */
export const SAYINGS = {
  'link.refused': ({ peer }) => `Nobody listens at ${peer}: the program there is not running, or its port is another.`,
  'link.unknown-host': ({ peer }) => `No machine of that name is known: ${peer}.`,
  'link.unreachable': ({ peer }) => `There is no way through the network to ${peer}.`,
  'link.no-answer': ({ peer }) => `${peer} does not answer: it is switched off, or a firewall is between.`,
  'link.silent': ({ peer }) => `${peer} was connected, and then nothing came any more.`,
  'link.closed': ({ peer }) => `${peer} closed the connection.`,
  'link.broken': ({ peer }) => `The connection to ${peer} broke off.`,
  'link.not-reading': ({ peer }) => `${peer} does not take what is sent to it.`,
  'link.not-openigtlink': ({ peer }) => `What ${peer} sends is not OpenIGTLink.`,
  'link.other-program': ({ peer }) =>
    `${peer} takes the connection but never speaks OpenIGTLink: is it another program’s port?`,
  'source.ended': () => 'The recording has ended.',
  'source.message-refused': ({ why }) => `${why}`,
  'publisher.trouble': ({ why }) => `${why}`,
  'inference.down': ({ why }) => `${why}`,
  'inference.fell-back': ({ details }) => `${details}`,
  'inference.no-result': ({ why }) => `${why}`,
  'model.refused': ({ model, why, kept }) => `${model} could not be loaded: ${why}; ${kept} stays`,
  'model.fell-back': ({ from, why, to }) => `${from} kept ending (${why}); ${to} works instead`,
  'recording.recovered': ({ name, frames }) =>
    `recording ${name} was cut off by a crash and has been made whole: ${frames} frames`,
  'recording.unrecovered': ({ name, why }) => `recording ${name} was cut off and could not be made whole: ${why}`,
  'recording.failed': ({ why }) => `NOT RECORDING: ${why}`,
  'recording.disk': ({ minutes, limit }) =>
    `the disk is full in ${minutes} min at this rate (warning below ${limit} min)`,
  'recording.behind': ({ frames, mib, limit }) =>
    `ARCHIVE BEHIND: the disk is ${frames} frames (${mib} MiB) late; frames are lost to the recording beyond ${limit} MiB`,
  'recording.lost': ({ frames, limit }) =>
    `${frames} frames are NOT in the recording: the disk was too slow and ${limit} MiB were waiting`,
  'settings.unreadable': ({ why }) => `${why}`,
  'settings.unsaved': ({ why }) => `${why}`,
  'access.open': ({ why }) => `${why}`,
  'logs.lost': ({ why }) => `log lines are being lost: ${why}`,
  'alerts.untaken': ({ route, why, waiting, dead }) =>
    `${route} does not take alerts: ${why}; ${waiting} wait, ${dead} given up`,
  'metric.failed': ({ name, why }) => `metric ${name}: ${why}`,
} satisfies Record<string, (values: SayingValues) => string>;

export type SayingCode = keyof typeof SAYINGS;

/** A sentence before it is put into a language. */
export interface Saying {
  readonly code: SayingCode;
  readonly values: SayingValues;
}

export const say = (code: SayingCode, values: SayingValues = {}): Saying => ({ code, values });

export const isSayingCode = (code: unknown): code is SayingCode =>
  typeof code === 'string' && Object.hasOwn(SAYINGS, code);

/** In English. */
export const inEnglish = ({ code, values }: Saying): string => {
  const sentence: (values: SayingValues) => string = SAYINGS[code];
  return sentence(values);
};
