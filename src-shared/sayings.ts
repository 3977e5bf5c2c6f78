/**
 * What a sentence is made of. Texts of others (an operating system's, ONNX Runtime's) stay as they came; a reason that is
 * one of ours is a saying itself and is put into the language of the sentence it stands in.
 */
export type SayingValues = Readonly<Record<string, string | number | Saying>>;

/** Those of one sentence, its reasons already in words. */
export type PlainValues = Readonly<Record<string, string | number>>;

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
  'link.port-taken': ({ peer }) => `${peer}: another program listens there already.`,
  'link.port-reserved': ({ peer }) => `${peer}: this program may not listen there; take a port above 1023.`,
  'link.not-ours': ({ peer }) => `${peer} is no address of this machine.`,
  'link.other-program': ({ peer }) =>
    `${peer} takes the connection but never speaks OpenIGTLink: is it another program’s port?`,
  'file.missing': ({ file }) => `${file}: no such file`,
  'file.no-folder': ({ file }) => `${file}: no such folder`,
  'file.no-right': ({ file }) => `${file}: no right to read it`,
  'file.no-recording': ({ folder }) => `${folder}: no recording in this folder`,
  'file.no-sequence': ({ file, found }) => `${file}: first line ${found}: expected a MetaImage or NRRD header`,
  'file.no-pixels': ({ file, pixels }) => `${file}: data file ${pixels}: expected a file that exists`,
  'file.cut-off': ({ file, found, expected }) => `${file}: pixels ${found} bytes: expected ${expected} bytes`,
  'file.bad-field': ({ file, field, value, limit }) => `${file}: ${field} ${value}: expected ${limit}`,
  'address.malformed': ({ address }) => `address "${address}": expected HOST or HOST:PORT with a port from 0 to 65535`,
  'address.phantom-seed': ({ seed, limit }) => `phantom seed "${seed}": expected a whole number from 0 to ${limit}`,
  'address.link-local': ({ address, host }) =>
    `source "${address}": ${host} is a link-local address (169.254.0.0/16, fe80::/10); expected an assigned one`,
  'address.no-source': ({ address }) =>
    `source "${address}": expected igtl://HOST:PORT, a recording's path, or phantom[:SEED]`,
  'address.network-share': ({ address }) =>
    `source "${address}": a network share; expected a recording on a drive of this machine`,
  'address.no-recording': ({ address }) => `source "${address}": a recording ends in .mha, .mhd, .nrrd or .nhdr`,
  'address.no-publisher': ({ address }) =>
    `publish address "${address}": expected igtl-server://HOST:PORT or igtl://HOST:PORT`,
  'address.publisher-link-local': ({ address }) =>
    `publish address "${address}": link-local addresses are not used; expected another host`,
  'address.needs-peers': ({ address }) =>
    `publish address "${address}" listens beyond this machine: list the peers to let in as publish.allowedPeers first`,
  'source.ended': () => 'The recording has ended.',
  'source.unread': ({ why }) => `${why}`,
  'source.message-refused': ({ why }) => `${why}`,
  'source.other-image': ({ device, followed }) => `IMAGE device "${device}" is not "${followed}", the one followed`,
  'source.volume': ({ slices }) => `IMAGE of ${slices} slices: only pictures of 1 slice can be followed live`,
  'source.empty': ({ columns, rows }) => `IMAGE of ${columns} x ${rows} pixels: expected at least 1 x 1`,
  'source.sub-volume': ({ part, whole }) =>
    `IMAGE updates a part (${part} of ${whole}): only whole pictures can be followed live`,
  'source.components': ({ components }) => `IMAGE of ${components} components: expected 1 (gray) or 3 (RGB)`,
  'source.scalar': ({ type }) => `IMAGE scalar type ${type}: expected one of 2-7, 10, 11`,
  'source.pose-invalid': ({ pose, status }) => `pose ${pose} has status ${status}; not used`,
  'source.skipped': ({ type }) => `${type} messages are not used; skipped`,
  'igtl.malformed': ({ type, field, value, limit }) => `${type} ${field} ${value}: expected ${limit}`,
  'igtl.header-version': ({ version }) => `header version ${version}: expected 1 or 2`,
  'igtl.header-type': () => 'header type: expected A-Z, 0-9 and _ followed by zeros',
  'igtl.header-name': () => 'header device name: expected text followed by zeros',
  'igtl.too-large': ({ type, device, found, limit }) => `${type} ${device} body ${found}: expected <= ${limit} bytes`,
  'igtl.bad-crc': ({ type, device, bytes }) => `${type} ${device}: CRC of ${bytes} body bytes does not match`,
  'igtl.resync': ({ after, skipped }) => `${after}: next good message found after skipping ${skipped} bytes`,
  'igtl.lost-framing': () => 'lost framing',
  'igtl.stopped': ({ bytes, found }) => `a message of ${bytes} bytes that stopped after ${found} bytes`,
  'igtl.gave-up': ({ bytes, elapsed }) =>
    `no good message found in ${bytes} bytes and ${elapsed} ms after framing was lost`,
  'client.trouble': ({ client, why }) => `client ${client}: ${why}`,
  'client.not-allowed': ({ peers }) => `not among the allowed peers (${peers})`,
  'client.too-many': ({ limit }) => `${limit} clients are connected, the most allowed`,
  'client.slow': ({ limit }) => `took nothing for ${limit} ms, closed`,
  'client.socket': ({ why }) => `${why}`,
  'test.no-frame': ({ seconds }) => `no frame within ${seconds} s`,
  'test.keep-alives': () => 'it is connected and sends keep-alives, but no picture: is the scanner in freeze?',
  'test.unopened': () => 'it cannot be opened',
  'source.no-replay': () => 'the source is no recording that is being played',
  'publisher.trouble': ({ why }) => `${why}`,
  'publisher.off': () => 'the publisher is disconnected',
  'publisher.nobody': () => 'no receiver is connected',
  'publisher.unasked': ({ source }) =>
    `nothing of a ${source} source is published unless asked for (publish.${source})`,
  'space.no-points': () => 'there are no points to send yet',
  'inference.down': ({ why }) => `${why}`,
  'provider.fell-back': ({ role, running, passed }) => `${role} runs on ${running}, not as wanted: ${passed}`,
  'provider.passed': ({ provider, outcome, why }) => `${provider} ${outcome} (${why})`,
  'provider.crashed': () => 'the inference process ended while it was being tried',
  'provider.no-nodes': () => 'it took none of the graph’s nodes: all of them ran on the CPU',
  'provider.differs': ({ difference }) => `self-test against the CPU: ${difference}`,
  'provider.slower': ({ own, cpu }) => `${own} ms a run, the CPU ${cpu} ms`,
  'provider.no-device': ({ looked }) => `no graphics processor on this machine (${looked})`,
  'provider.software-driver': ({ driver }) => `no graphics processor but the software driver ${driver}`,
  'provider.dfine-on-directml': () => 'D-FINE is known to give wrong boxes on DirectML',
  'differs.off': ({ output, off, limit }) => `${output} is off by ${off}, more than ${limit}`,
  'differs.shape': ({ output, found, expected }) => `${output} is ${found}, expected ${expected}`,
  'differs.missing': ({ output, expected }) => `${output} is missing, expected ${expected}`,
  'differs.missing-on-cpu': ({ output }) => `${output} is missing on the CPU`,
  'differs.cpu-finds': ({ label, corners, score }) =>
    `the CPU finds label ${label} at [${corners}] with score ${score}`,
  'differs.only-it-finds': ({ label, corners, score }) =>
    `only it finds label ${label} at [${corners}] with score ${score}`,
  'inference.restarting': ({ how, seconds }) => `inference process ${how}; starting again in ${seconds} s`,
  'inference.restarting-often': ({ how, ends, seconds }) =>
    `inference process ${how}; ${ends} ends within a minute; starting again in ${seconds} s`,
  'inference.signal': ({ signal }) => `ended by ${signal}`,
  'inference.code': ({ code }) => `ended with code ${code}`,
  'inference.unstarted': ({ why }) => `could not be started: ${why}`,
  'inference.not-ready': ({ limit }) => `killed: not ready ${limit} ms after its start`,
  'inference.silent': ({ silent, limit }) => `killed: no answer for ${silent} ms, limit ${limit} ms`,
  'inference.fell-back': ({ details }) => `${details}`,
  'inference.no-result': ({ why }) => `${why}`,
  'inference.depth': ({ model, mm, scale, low, high }) =>
    `${model}: the picture is ${mm} mm deep at ${scale} mm per pixel, expected ${low} to ${high} mm`,
  'inference.input-size': ({ columns, rows, limit }) =>
    `the picture would be ${columns} x ${rows} pixels at the model's scale: expected 1 to ${limit} in all`,
  'inference.area-small': ({ columns, rows, scale }) =>
    `image area ${columns} x ${rows} pixels: too small to resample to ${scale} mm`,
  'inference.area-empty': ({ columns, rows }) => `image area ${columns} x ${rows} pixels: nothing to resample`,
  'inference.run-failed': ({ why }) => `the model run failed: ${why}`,
  'inference.width': ({ model, mm, scale, low, high }) =>
    `${model}: the picture is ${mm} mm wide at ${scale} mm per pixel, expected ${low} to ${high} mm`,
  'inference.sector': ({ model }) => `sector picture: ${model} needs a linear picture, whose beams run straight down`,
  'model.refused': ({ model, why, kept }) => `${model} could not be loaded: ${why}; ${kept} stays`,
  'model.fell-back': ({ from, why, to }) => `${from} kept ending (${why}); ${to} works instead`,
  'model.unusable': ({ why }) => `${why}`,
  'model.unknown': ({ model, looked }) => `there is no model ${model}: looked for ${model}/model.yaml in ${looked}`,
  'model.manifest-unread': ({ file, why }) => `model manifest ${file} cannot be read: ${why}`,
  'model.manifest-large': ({ file, found, limit }) => `${file}: ${found} bytes, expected at most ${limit}`,
  'model.manifest-no-yaml': ({ file, why }) => `${file} is not YAML: ${why}`,
  'model.manifest-bad': ({ file, why }) => `${file}: ${why}`,
  'model.other-id': ({ folder, found, expected }) =>
    `${folder}/model.yaml has the id ${found}: expected its folder's name, ${expected}`,
  'model.other-kind': ({ folder, found, expected }) => `${folder} holds a model of kind ${found}: expected ${expected}`,
  'model.file-missing': ({ file }) => `model file ${file} is missing`,
  'model.file-unread': ({ file, why }) => `model file ${file} cannot be read: ${why}`,
  'model.file-large': ({ file, found, expected }) => `model file ${file}: ${found} bytes, expected ${expected}`,
  'model.file-size': ({ file, found, expected }) =>
    `model file ${file} has ${found} bytes, its manifest says ${expected}`,
  'model.file-altered': ({ file, found, expected }) =>
    `model file ${file} was altered: its sha256 is ${found}, its manifest says ${expected}`,
  'model.file-bad': ({ file, what }) => `model file ${file} ${what}`,
  'model.file-unloaded': ({ file, why }) => `model file ${file} does not load: ${why}`,
  'model.other-names': ({ file, found, expected }) => `model file ${file} has ${found}: expected ${expected}`,
  'model.names': ({ inputs, outputs }) => `inputs ${inputs}; outputs ${outputs}`,
  'model.no-runtime': ({ machine, why }) => `ONNX Runtime cannot be loaded on ${machine}: ${why}`,
  'model.thread-failed': ({ why }) => `the model's thread failed: ${why}`,
  'model.thread-ended': ({ code }) => `the model's thread ended (${code})`,
  'model.job-ended': ({ how }) => `the process that looked at the model ended (${how})`,
  'model.job-late': ({ seconds }) => `not done after ${seconds} s`,
  'onnx.unread': ({ why }) => `cannot be read: ${why}`,
  'onnx.empty': () => 'is empty',
  'onnx.no-file': () => 'is not a file',
  'onnx.no-graph': () => 'is not an ONNX model: it holds no graph with outputs',
  'onnx.no-field': ({ field, at }) => `is not an ONNX model: field ${field} at byte ${at}`,
  'onnx.no-wire-type': ({ type, at }) => `is not an ONNX model: wire type ${type} at byte ${at}`,
  'onnx.no-number': ({ at }) => `is not an ONNX model: a number of more than 10 bytes at byte ${at}`,
  'onnx.many-tensors': ({ limit }) => `has more than ${limit} inputs or outputs`,
  'onnx.many-nodes': ({ limit }) => `has more than ${limit} nodes`,
  'onnx.many-dimensions': ({ name, limit }) => `has ${name} with more than ${limit} dimensions`,
  'onnx.many-fields': ({ limit }) => `has more than ${limit} fields`,
  'onnx.long-name': ({ bytes, limit }) => `has a name of ${bytes} bytes: expected at most ${limit}`,
  'onnx.cut-off': ({ at }) => `is cut off at byte ${at}`,
  'onnx.field-cut-off': ({ expected, at, found }) =>
    `is cut off: ${expected} bytes expected from byte ${at}, ${found} are there`,
  'output.missing': ({ name }) => `the model gave no output ${name}`,
  'output.channels': ({ name, found, expected }) =>
    `output ${name} has dimensions ${found}: expected ${expected} channels`,
  'output.dimensions': ({ name, found, expected }) =>
    `output ${name} has dimensions ${found}: expected ${expected} of them`,
  'output.row': ({ name, found, expected }) =>
    `output ${name} has dimensions ${found}: expected ${expected} values a row`,
  'output.mask-size': ({ found, expected }) => `decoder masks are ${found} pixels: expected the picture's ${expected}`,
  'recording.recovered': ({ name, frames }) =>
    `recording ${name} was cut off by a crash and has been made whole: ${frames} frames`,
  'recording.unrecovered': ({ name, why }) => `recording ${name} was cut off and could not be made whole: ${why}`,
  'recording.failed': ({ why }) => `NOT RECORDING: ${why}`,
  'recording.unbegun': ({ why }) => `the recording could not be begun: ${why}`,
  'recording.ended': ({ why, fate }) => `recording ended: ${why}; ${fate}`,
  'recording.whole': () => 'the frames before it are recorded',
  'recording.incomplete': ({ lost }) => `${lost} of the frames before it are NOT in the recording`,
  'recording.disk-full': ({ why }) => `the disk is full (${why})`,
  'recording.reserve': ({ free, reserve }) => `${free} MiB left on the disk, reserve ${reserve} MiB`,
  'recording.no-room': ({ free, folder, reserve }) =>
    `no room to record: ${free} MiB free in ${folder}, ${reserve} MiB of it in reserve`,
  'recording.too-short': ({ minutes, limit, free, folder, reserve }) =>
    `the disk would be full in ${minutes} min, expected at least ${limit} min: ${free} MiB free in ${folder}, ${reserve} MiB of it in reserve`,
  'recording.unclosed': ({ name, why }) =>
    `recording ${name} could not be closed: ${why}; it is made whole at the next start`,
  'recording.in-the-making': ({ name }) => `recording ${name} is being made: stop it first`,
  'recording.worked-on': ({ name }) => `recording ${name} is being worked on: wait until that is done`,
  'recording.none': () => 'nothing is being recorded',
  'recording.no-frames': ({ name }) => `${name} holds no frames to export`,
  'recording.unlike': ({ name, found, expected }) =>
    `${name} is ${found}, the first segment ${expected}: one file cannot hold both`,
  'recording.job-cancelled': ({ job }) => `${job} was cancelled; nothing was written`,
  'recording.job-ended': ({ job, folder, code }) => `${job} of ${folder} ended early (${code})`,
  'recording.no-manifest': ({ folder, file }) => `${folder} is not a recording: it has no ${file}`,
  'recording.manifest-large': ({ file, found, limit }) => `${file}: ${found} bytes: expected at most ${limit}`,
  'recording.manifest-bad': ({ file, why }) => `${file} is not a recording's manifest: ${why}`,
  'video.pixels': ({ name, type }) => `${name} has ${type} pixels: a video needs 8-bit ones`,
  'video.unlike': ({ name, found, expected }) =>
    `${name} is ${found}, the first segment ${expected}: one video cannot hold both`,
  'video.no-ffmpeg': () => 'ffmpeg is not installed: MP4 needs it',
  'video.failed': ({ code, why }) => `ffmpeg ended with ${code}: ${why}`,
  'fault.unread': ({ why }) => `${why}`,
  'fault.time': ({ file, frame, found, expected }) =>
    `${file}: frame ${frame}: Timestamp ${found}: expected more than ${expected}`,
  'fault.masks': ({ file, found, expected }) => `${file}: ${found} mask slots: expected ${expected}`,
  'fault.open': ({ file, frames }) => `${file}: its header is not closed (${frames} whole frames); recover it`,
  'fault.size': ({ file, found, expected }) => `${file}: DimSize ${found}: expected ${expected}`,
  'fault.pixels': ({ file, found, expected, frames }) =>
    `${file}: ${found} bytes of pixels: expected ${expected} (${frames} frames)`,
  'fault.in-the-making': () => 'the manifest says that it is still being made',
  'fault.segments': ({ found, expected }) => `${found} segments: expected ${expected} by the manifest`,
  'fault.frames': ({ found, expected }) => `${found} frames: expected ${expected} by the manifest`,
  'engine.closing': () => 'the engine is closing',
  'model.in-use': ({ model }) => `model ${model} is the one in use: choose another first`,
  'recording.disk': ({ minutes, limit }) =>
    `the disk is full in ${minutes} min at this rate (warning below ${limit} min)`,
  'recording.behind': ({ frames, mib, limit }) =>
    `ARCHIVE BEHIND: the disk is ${frames} frames (${mib} MiB) late; frames are lost to the recording beyond ${limit} MiB`,
  'recording.lost': ({ frames, limit }) =>
    `${frames} frames are NOT in the recording: the disk was too slow and ${limit} MiB were waiting`,
  'settings.unreadable': ({ why }) => `${why}`,
  'settings.file-unread': ({ file, why }) => `settings file ${file}: ${why}`,
  'settings.set-aside': ({ file, bad, why }) => `settings file ${file} was not usable and is now ${bad}: ${why}`,
  'settings.not-set-aside': ({ file, unmoved, why }) =>
    `settings file ${file} was not usable and could not be set aside (${unmoved}): ${why}`,
  'settings.unsaved': ({ why }) => `${why}`,
  'settings.not-on-disk': ({ file, why }) => `settings act but are not saved to ${file}: ${why}`,
  'settings.owner-only': ({ settings }) =>
    `${settings}: set on the machine itself only (command line, environment or settings file)`,
  'settings.folder-unknown': ({ folder, known }) =>
    `recording.folder ${folder}: a console may have recordings put in ${known} and below only; set others in the settings file`,
  'file.recording-elsewhere': ({ file, known }) =>
    `recording ${file}: a console may open recordings in ${known} only; start the engine with --source for others`,
  'file.model-elsewhere': ({ file, known }) =>
    `model ${file}: a console may open models in ${known} only; use "ultramotion models add" for others`,
  'access.open': ({ why }) => `${why}`,
  'access.no-tls': ({ reachable }) =>
    `${reachable} without TLS (http.insecure): tokens and pictures can be read on the way`,
  'access.allowed-hosts': ({ hosts }) => `http.allowedHosts (${hosts}) lets other machines in`,
  'access.host': ({ host }) => `http.host "${host}" is reachable from other machines`,
  'access.file': ({ file, why }) => `${file}: ${why}`,
  'logs.none': () => 'this engine keeps no logs',
  'logs.lost': ({ why }) => `log lines are being lost: ${why}`,
  'alerts.untaken': ({ route, why, waiting, dead }) =>
    `${route} does not take alerts: ${why}; ${waiting} wait, ${dead} given up`,
  'metric.failed': ({ name, why }) => `metric ${name}: ${why}`,
  'words.and': ({ first, second }) => `${first} and ${second}`,
  'words.comma': ({ first, second }) => `${first}, ${second}`,
  'words.semicolon': ({ first, second }) => `${first}; ${second}`,
} satisfies Record<string, (values: PlainValues) => string>;

export type SayingCode = keyof typeof SAYINGS;

/** A sentence before it is put into a language. */
export interface Saying {
  readonly code: SayingCode;
  readonly values: SayingValues;
}

export const say = (code: SayingCode, values: SayingValues = {}): Saying => ({ code, values });

/** Several (at least one) as one: `;` between sentences, `,` between the parts of one. */
export const series = (by: ';' | ',', parts: readonly Saying[]): Saying =>
  parts.reduce((first, second) => say(by === ';' ? 'words.semicolon' : 'words.comma', { first, second }));

export const isSayingCode = (code: unknown): code is SayingCode =>
  typeof code === 'string' && Object.hasOwn(SAYINGS, code);

/** The values of a sentence as it is read, the reasons among them put into words by `inWords`. */
export const plainValues = (values: SayingValues, inWords: (reason: Saying) => string): PlainValues =>
  Object.fromEntries(
    Object.entries(values).map(([name, value]) => [name, typeof value === 'object' ? inWords(value) : value]),
  );

/** In English. Text of others is what it was. */
export function inEnglish(what: Saying | string): string {
  if (typeof what === 'string') return what;
  const sentence: (values: PlainValues) => string = SAYINGS[what.code];
  return sentence(plainValues(what.values, inEnglish));
}

/** A failure that consoles can put into the operator's language. Its message is the sentence in English. */
export class SaidError extends Error {
  override readonly name: string = 'SaidError';
  readonly said: Saying;

  constructor(said: Saying, options?: ErrorOptions) {
    super(inEnglish(said), options);
    this.said = said;
  }
}

/** Why, to stand in a sentence: a saying where the failure has one, the text it came with otherwise. */
export const reasonOf = (error: unknown): Saying | string =>
  error instanceof SaidError ? error.said : error instanceof Error ? error.message : String(error);

/** The sentence there is for it; null for a text of others. */
export const sayingOf = (what: Saying | string): Saying | null => (typeof what === 'string' ? null : what);
