import {
  type Orientation,
  type RawFrame,
  SaidError,
  type Saying,
  type SourceKind,
  type SourceLink,
  say,
} from '../../src-shared/index.ts';
import { isLinkLocal, parseEndpoint } from '../openigtlink/index.ts';

/** What the operator chose about a source; the part of Settings that acquisition needs. */
export interface SourceOptions {
  readonly streamId: string;
  readonly imageDevice: string;
  readonly poseName: string;
  readonly poseMaxSkewMs: number;
  /** Pixel size the user stated; null: none. */
  readonly mmPerPixel: readonly [x: number, y: number] | null;
  readonly orientation: Orientation;
  readonly framesPerSecond: number | null;
  readonly loop: boolean;
  readonly checkCrc: boolean;
  readonly maxMessageBytes: number;
  /** Of a replay: 2 is twice as fast as recorded. */
  readonly speed: number;
  /** Of a replay: each frame waits until the one before has its result. */
  readonly everyFrame: boolean;
}

/** Where a replay stands. */
export interface ReplayPosition {
  readonly frame: number;
  readonly frames: number;
  /** Recorded time since its first frame. */
  readonly timeS: number;
  readonly durationS: number;
  readonly isPaused: boolean;
}

export interface SourceState {
  readonly link: SourceLink;
  /** Why it is not connected, or no longer, in words; null when it is. */
  readonly message: string | null;
  /** The same for the operator; null where there is no sentence for it. */
  readonly said: Saying | null;
}

/** What a source tells the engine. Called synchronously from the receive path: listeners must not block. */
export interface SourceEvents {
  frame(frame: RawFrame): void;
  /** A whole message came, whatever it says: the link lives. Sources without a link need not say it. */
  heard(): void;
  /** The link is alive but there was no new picture (PlusServer's keep-alive STATUS). */
  keepAlive(): void;
  state(state: SourceState): void;
  /** Something was refused or skipped; `key` groups repetitions, `what` names the thing, the value and the limit. */
  problem(key: string, what: Saying | string): void;
}

export interface FrameSource {
  readonly address: string;
  /** Known before the first frame; an OpenIGTLink source may turn out to be `simulated`. */
  readonly kind: SourceKind;
  start(): void;
  close(): Promise<void>;
  /** Takes over what can act without opening the source anew. */
  follow?(options: Pick<SourceOptions, 'speed' | 'everyFrame'>): void;
  /** A frame has its result, or will get none. */
  answered?(frame: RawFrame): void;
  /** Null where there is nothing to wind: a live source. */
  readonly replay?: ReplayPosition | null;
  pause?(isPaused: boolean): void;
  seek?(frame: number): void;
}

/** An address that no source understands; the message says what was found and what is expected. */
export class BadSourceAddress extends SaidError {
  override readonly name = 'BadSourceAddress';
}

export type SourceAddress =
  | { readonly scheme: 'igtl'; readonly host: string; readonly port: number }
  | { readonly scheme: 'phantom'; readonly seed: number }
  | { readonly scheme: 'file'; readonly path: string }
  | { readonly scheme: 'recording'; readonly path: string };

/** PlusServer's usual port (openigtlink.md section 3). */
const DEFAULT_IGTL_PORT = 18944;
const DEFAULT_PHANTOM_SEED = 1;
const MAX_SEED = 0xffffffff;
/** A folder: a path whose last part has no extension. One of our recordings, with all its segments. */
const RECORDING_FOLDER = /[\\/](?:[^\\/.]*[\\/]?)$/;
const SEQUENCE_FILE = /\.(mha|mhd|nrrd|nhdr)$/i;
/** `\\HOST\SHARE` and `//HOST/SHARE`: opening one makes the system log on to whatever host is named. */
const NETWORK_SHARE = /^[\\/]{2}/;

/**
 * `igtl://HOST[:PORT]`, `phantom[:SEED]`, the path of a recording (.mha, .mhd, .nrrd, .nhdr), or of the folder of one of ours.
 *
 * @throws {BadSourceAddress | BadEndpoint} also for network shares and link-local addresses.
 */
export function parseSourceAddress(address: string): SourceAddress {
  const trimmed = address.trim();
  const phantom = /^phantom(?::(.*))?$/i.exec(trimmed);
  if (phantom !== null) {
    const seed = phantom[1] === undefined ? DEFAULT_PHANTOM_SEED : Number(phantom[1]);
    if (!Number.isInteger(seed) || seed < 0 || seed > MAX_SEED) {
      throw new BadSourceAddress(say('address.phantom-seed', { seed: String(phantom[1]), limit: MAX_SEED }));
    }
    return { scheme: 'phantom', seed };
  }
  if (/^igtl:\/\//i.test(trimmed)) {
    const endpoint = parseEndpoint(trimmed.slice('igtl://'.length), DEFAULT_IGTL_PORT);
    if (isLinkLocal(endpoint.host)) {
      throw new BadSourceAddress(say('address.link-local', { address: trimmed, host: endpoint.host }));
    }
    return { scheme: 'igtl', ...endpoint };
  }
  if (/^[a-z][a-z0-9+.-]+:\/\//i.test(trimmed)) {
    throw new BadSourceAddress(say('address.no-source', { address: trimmed }));
  }
  if (NETWORK_SHARE.test(trimmed)) {
    throw new BadSourceAddress(say('address.network-share', { address: trimmed }));
  }
  if (RECORDING_FOLDER.test(trimmed)) {
    return { scheme: 'recording', path: trimmed };
  }
  if (!SEQUENCE_FILE.test(trimmed)) {
    throw new BadSourceAddress(say('address.no-recording', { address: trimmed }));
  }
  return { scheme: 'file', path: trimmed };
}
