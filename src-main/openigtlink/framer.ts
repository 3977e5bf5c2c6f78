import { type Saying, say } from '../../src-shared/index.ts';
import { viewOf } from './bytes.ts';
import { monotonicMs } from './clock.ts';
import { type Crc, crc64, crcEquals } from './crc64.ts';
import { MalformedMessage } from './errors.ts';
import { announcedBodySize, CRC_AT, HEADER_BYTES, implausible, readHeader } from './header.ts';
import { MemoryPool } from './memory-pool.ts';
import type { ReceivedMessage } from './message.ts';
import { splitExtendedBody } from './metadata.ts';
import { type FoundMessage, Resync } from './resync.ts';

export interface FramerOptions {
  /** Largest body that is accepted; a larger one is refused before any memory is asked for. */
  readonly maxMessageBytes: number;
  /** Off only for senders that fill in no CRC. */
  readonly checkCrc: boolean;
  /** Monotonic clock, ms. */
  readonly now?: () => number;
}

export interface FramerProblem {
  readonly kind: 'bad-header' | 'too-large' | 'bad-crc' | 'malformed' | 'resync' | 'gave-up';
  /** Names the thing, its value and the limit. */
  readonly what: Saying;
}

export interface FramerCounters {
  readonly messages: number;
  readonly bytes: number;
  readonly badCrc: number;
  readonly badHeader: number;
  readonly tooLarge: number;
  readonly malformed: number;
  readonly resyncs: number;
  readonly skippedBytes: number;
}

export interface FramerEvents {
  message(message: ReceivedMessage): void;
  problem(problem: FramerProblem): void;
  /** The framing could not be found again: close the connection. Nothing is accepted until {@link MessageFramer.reset}. */
  giveUp(): void;
}

/** The header lies in front of the body in the same memory, at an offset that leaves the body 64-byte aligned. */
const BODY_AT = 64;
const HEADER_AT = BODY_AT - HEADER_BYTES;
/** A lost framing that is not found again within this time or these bytes is not worth waiting for: reconnecting is cheap. */
const RESYNC_MAX_MS = 1000;
const RESYNC_MIN_BYTES = 1024 * 1024;
const RESYNC_LARGEST_MESSAGES = 2;
/**
 * A body still incomplete after this time is searched for whole messages while it fills. PlusServer starts a message
 * again from its first byte after a send time-out of 0.5 s, and a damaged size would swallow good messages meanwhile.
 */
const STALLED_BODY_MS = 400;
/** The largest recent message is the largest of the last one to two of these rounds. */
const RECENT_MESSAGES = 64;
const NOTHING = new Uint8Array(0);
const EMPTY_CRC: Crc = crc64(NOTHING);
const NO_METADATA: ReadonlyMap<string, string> = new Map();

/** A message whose header is known and whose body is arriving. */
interface OpenMessage {
  readonly memory: Buffer;
  readonly view: DataView;
  readonly bodySize: number;
  readonly startedMs: number;
  filled: number;
  crc: Crc;
  /** Set when the body takes suspiciously long. */
  probe: Resync | null;
}

/**
 * Cuts a byte stream into messages, whatever way TCP cut it. Pure: knows no socket, keeps no reference to a chunk.
 *
 * The header has no checksum, so framing can be lost. Then messages are looked for first inside the last one that
 * failed its CRC, because a sender's restart puts a fresh header in the middle of it (openigtlink.md sections 3 and 9).
 */
export class MessageFramer {
  readonly #options: FramerOptions;
  readonly #on: FramerEvents;
  readonly #now: () => number;
  readonly #pool = new MemoryPool();
  readonly #header = Buffer.alloc(HEADER_BYTES);
  readonly #headerView = viewOf(this.#header);
  readonly #counters = {
    messages: 0,
    bytes: 0,
    badCrc: 0,
    badHeader: 0,
    tooLarge: 0,
    malformed: 0,
    resyncs: 0,
    skippedBytes: 0,
  };
  #headerFilled = 0;
  #open: OpenMessage | null = null;
  /** Header and body of the last message that failed its CRC, until a good one follows. */
  #suspect: Uint8Array | null = null;
  #resync: Resync | null = null;
  #resyncStartedMs = 0;
  #resyncSeedBytes = 0;
  #resyncMaxBytes = 0;
  #gaveUp = false;
  #connection = 0;
  #largest = { previous: 0, current: 0, messages: 0 };

  constructor(options: FramerOptions, on: FramerEvents) {
    this.#options = options;
    this.#on = on;
    this.#now = options.now ?? monotonicMs;
  }

  /** A snapshot; counts since construction, {@link reset} does not clear them. */
  get counters(): FramerCounters {
    return { ...this.#counters };
  }

  /** Takes the next bytes of the stream. They are copied: the chunk may be reused afterwards. */
  push(chunk: Uint8Array): void {
    this.#counters.bytes += chunk.byteLength;
    const connection = this.#connection;
    let rest = chunk;
    while (rest.byteLength > 0 && !this.#gaveUp && connection === this.#connection) {
      if (this.#resync !== null) rest = this.#search(this.#resync, rest);
      else if (this.#open !== null) rest = this.#fillBody(this.#open, rest);
      else rest = this.#fillHeader(rest);
    }
  }

  /** Forgets everything half received, for a new connection; may be called from within an event. */
  reset(): void {
    this.#connection++;
    this.#headerFilled = 0;
    this.#open = null;
    this.#suspect = null;
    this.#resync = null;
    this.#gaveUp = false;
  }

  #fillHeader(bytes: Uint8Array): Uint8Array {
    const taken = Math.min(bytes.byteLength, HEADER_BYTES - this.#headerFilled);
    this.#header.set(taken === bytes.byteLength ? bytes : bytes.subarray(0, taken), this.#headerFilled);
    this.#headerFilled += taken;
    if (this.#headerFilled === HEADER_BYTES) this.#openMessage();
    const rest = bytes.subarray(taken);
    return this.#resync === null ? rest : this.#search(this.#resync, rest);
  }

  #openMessage(): void {
    this.#headerFilled = 0;
    const fault = implausible(this.#header, 0);
    if (fault !== null) {
      this.#counters.badHeader++;
      this.#loseFraming({ kind: 'bad-header', what: fault });
      return;
    }
    const bodySize = announcedBodySize(this.#headerView, 0);
    if (bodySize > this.#options.maxMessageBytes) {
      const { type, deviceName } = readHeader(this.#header, this.#headerView, 0);
      this.#counters.tooLarge++;
      const values = { type, device: deviceName, found: bodySize, limit: this.#options.maxMessageBytes };
      this.#loseFraming({ kind: 'too-large', what: say('igtl.too-large', values) });
      return;
    }
    this.#open = this.#newMessage(this.#header, bodySize);
    if (bodySize === 0) this.#closeMessage(this.#open);
  }

  #newMessage(header: Uint8Array, bodySize: number): OpenMessage {
    const memory = this.#pool.take(BODY_AT + bodySize);
    memory.set(header, HEADER_AT);
    const view = viewOf(memory);
    return { memory, view, bodySize, startedMs: this.#now(), filled: 0, crc: EMPTY_CRC, probe: null };
  }

  #fillBody(open: OpenMessage, bytes: Uint8Array): Uint8Array {
    const taken = Math.min(bytes.byteLength, open.bodySize - open.filled);
    const chunk = taken === bytes.byteLength ? bytes : bytes.subarray(0, taken);
    const start = BODY_AT + open.filled;
    open.memory.set(chunk, start);
    open.filled += taken;
    // The CRC runs along with the bytes, so that the last ones add next to nothing to the latency.
    if (this.#options.checkCrc) open.crc = crc64(open.memory.subarray(start, start + taken), open.crc);
    const rest = bytes.subarray(taken);
    if (open.filled === open.bodySize) this.#closeMessage(open);
    else if (this.#now() - open.startedMs > STALLED_BODY_MS) return this.#probe(open, chunk) ?? rest;
    return rest;
  }

  /** Searches a slow body for a whole message; returns what follows it, or null when there is none. */
  #probe(open: OpenMessage, chunk: Uint8Array): Uint8Array | null {
    if (open.probe === null) {
      open.probe = new Resync({ maxMessageBytes: this.#options.maxMessageBytes, needsCrc: true, start: 1 });
      open.probe.append(open.memory.subarray(HEADER_AT, BODY_AT + open.filled));
    } else {
      open.probe.append(chunk);
    }
    if (open.probe.isExhausted) return null;
    const found = open.probe.find();
    if (found === null) return null;
    this.#open = null;
    const kept = open.probe.bytes;
    return this.#resume(kept, found, say('igtl.stopped', { bytes: open.bodySize, found: found.start }));
  }

  #closeMessage(open: OpenMessage): void {
    this.#open = null;
    if (this.#options.checkCrc && !crcEquals(open.crc, open.view, HEADER_AT + CRC_AT)) {
      const { type, deviceName, bodySize } = readHeader(open.memory, open.view, HEADER_AT);
      this.#counters.badCrc++;
      this.#suspect = open.memory.subarray(HEADER_AT);
      this.#on.problem({
        kind: 'bad-crc',
        what: say('igtl.bad-crc', { type, device: deviceName, bytes: bodySize }),
      });
      return;
    }
    this.#suspect = null;
    this.#noteSize(open.bodySize);
    this.#deliver(open);
  }

  #deliver(open: OpenMessage): void {
    const header = readHeader(open.memory, open.view, HEADER_AT);
    const body = open.memory.subarray(BODY_AT);
    const receivedMs = this.#now();
    const release = (): void => this.#pool.give(open.memory);
    let message: ReceivedMessage;
    if (header.version === 1) {
      message = { header, content: body, metadata: NO_METADATA, messageId: 0, receivedMs, release };
    } else {
      try {
        message = { header, ...splitExtendedBody(header.type, body), receivedMs, release };
      } catch (error) {
        if (!(error instanceof MalformedMessage)) throw error;
        this.#counters.malformed++;
        this.#on.problem({ kind: 'malformed', what: error.said });
        return;
      }
    }
    this.#counters.messages++;
    this.#on.message(message);
  }

  #loseFraming(problem: FramerProblem): void {
    this.#on.problem(problem);
    this.#resync = new Resync({
      maxMessageBytes: this.#options.maxMessageBytes,
      needsCrc: this.#options.checkCrc,
      start: 1,
    });
    this.#resyncStartedMs = this.#now();
    // Fixed now: what the searched bytes announce must not push the limit out.
    this.#resyncMaxBytes = this.#resyncLimit();
    this.#resyncSeedBytes = (this.#suspect?.byteLength ?? 0) + HEADER_BYTES;
    if (this.#suspect !== null) this.#resync.append(this.#suspect);
    this.#resync.append(this.#header);
    this.#suspect = null;
  }

  #search(resync: Resync, bytes: Uint8Array): Uint8Array {
    resync.append(bytes);
    const found = resync.find();
    if (found !== null) {
      this.#resync = null;
      return this.#resume(resync.bytes, found, say('igtl.lost-framing'));
    }
    const searched = resync.bytes.byteLength - this.#resyncSeedBytes;
    const elapsedMs = this.#now() - this.#resyncStartedMs;
    if (searched > this.#resyncMaxBytes || elapsedMs > RESYNC_MAX_MS || resync.isExhausted) {
      this.#giveUp(searched, elapsedMs);
    }
    return NOTHING;
  }

  /** Takes up the stream at a message found among `bytes`; returns what follows it. */
  #resume(bytes: Buffer, found: FoundMessage, after: Saying): Uint8Array {
    this.#counters.resyncs++;
    this.#counters.skippedBytes += found.start;
    this.#on.problem({
      kind: 'resync',
      what: say('igtl.resync', { after, skipped: found.start }),
    });
    const bodyAt = found.start + HEADER_BYTES;
    const open = this.#newMessage(bytes.subarray(found.start, bodyAt), found.end - bodyAt);
    open.memory.set(bytes.subarray(bodyAt, found.end), BODY_AT);
    this.#noteSize(open.bodySize);
    this.#deliver(open);
    return bytes.subarray(found.end);
  }

  #giveUp(searched: number, elapsedMs: number): void {
    this.#resync = null;
    this.#gaveUp = true;
    this.#counters.skippedBytes += searched;
    this.#on.problem({
      kind: 'gave-up',
      what: say('igtl.gave-up', { bytes: searched, elapsed: Math.round(elapsedMs) }),
    });
    this.#on.giveUp();
  }

  #noteSize(bodySize: number): void {
    const largest = this.#largest;
    if (largest.messages++ >= RECENT_MESSAGES)
      this.#largest = { previous: largest.current, current: bodySize, messages: 1 };
    else largest.current = Math.max(largest.current, bodySize);
  }

  #resyncLimit(): number {
    const largestRecent = Math.max(this.#largest.previous, this.#largest.current);
    const wanted = Math.max(RESYNC_MIN_BYTES, RESYNC_LARGEST_MESSAGES * largestRecent);
    return Math.min(wanted, this.#options.maxMessageBytes + RESYNC_MIN_BYTES);
  }
}
