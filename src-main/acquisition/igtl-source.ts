import {
  type FramePose,
  type RawFrame,
  type Saying,
  type SayingCode,
  type SayingValues,
  type ScalarTypeName,
  type SourceKind,
  say,
} from '../../src-shared/index.ts';
import {
  type ClientState,
  IgtlClient,
  type ImageContent,
  MalformedMessage,
  parseImage,
  parseTransform,
  type ReceivedMessage,
  spacingOf,
  timestampBitsToSeconds,
} from '../openigtlink/index.ts';
import { SCALAR_NAMES } from './clip-image.ts';
import { coordFrameOf } from './clip-source.ts';
import { IntensityWindow } from './intensity-window.ts';
import { MessageLease } from './message-lease.ts';
import { PoseStore } from './pose-store.ts';
import { scaleOf } from './scale.ts';
import { SOURCE_KIND_KEY } from './simulator.ts';
import type { FrameSource, SourceEvents, SourceOptions } from './source.ts';
import { imageOfTrackedFrame } from './tracked-frame.ts';
import { transformField } from './transform-fields.ts';

/** Longest name taken over from a message, as long as the operator can ask for one (setting source.poseName). */
const MAX_NAME_LENGTH = 64;
/** Longest value repeated to the operator. */
const MAX_SHOWN_LENGTH = 60;

/** What a message says beside its pixels; TRACKEDFRAME carries its poses inside. */
export interface ReceivedImage {
  readonly image: ImageContent;
  readonly poses: ReadonlyMap<string, Float32Array>;
  readonly orientation: RawFrame['meta']['orientation'] | null;
}

/**
 * Frames from an OpenIGTLink server such as PlusServer. The socket is always drained (a slow reader makes PlusServer
 * break the stream and delay its other clients); what cannot be shown is refused once in words and counted.
 */
export class IgtlSource implements FrameSource {
  readonly address: string;
  readonly #options: SourceOptions;
  readonly #on: SourceEvents;
  readonly #client: IgtlClient;
  readonly #poses = new PoseStore();
  readonly #window = new IntensityWindow();
  #kind: SourceKind = 'live';
  #device: string | null;
  #count = 0;
  #wasConnected = false;
  #heard = false;
  /** Why there is no link, said again while the next try runs. */
  #why: string | null = null;
  #said: Saying | null = null;
  readonly #peer: string;

  constructor(address: string, host: string, port: number, options: SourceOptions, on: SourceEvents) {
    this.address = address;
    this.#options = options;
    this.#on = on;
    this.#peer = `${host}:${port}`;
    this.#device = options.imageDevice === '' ? null : options.imageDevice;
    this.#client = new IgtlClient(
      { host, port, maxMessageBytes: options.maxMessageBytes, checkCrc: options.checkCrc },
      {
        message: (message) => {
          this.#heard = true;
          on.heard();
          this.#receive(message);
        },
        state: (state) => this.#linkChanged(state),
        problem: ({ kind, what }) => on.problem(`source.${kind}`, what),
      },
    );
  }

  get kind(): SourceKind {
    return this.#kind;
  }

  start(): void {
    this.#client.start();
  }

  close(): Promise<void> {
    return this.#client.close();
  }

  /**
   * Waiting for the next try is part of connecting: the operator has not disconnected, and can still do so. A port that
   * answers but never speaks the protocol is most likely another program's: say so.
   */
  #linkChanged({ link, message, cause, retryInMs }: ClientState): void {
    if (link === 'connected') {
      this.#window.reset();
      this.#why = null;
      this.#said = null;
    } else if (link === 'disconnected') {
      const silent = this.#wasConnected && !this.#heard;
      const hint = '; no OpenIGTLink message ever came from there: is it another program’s port?';
      this.#why = silent ? `${message}${hint}` : message;
      this.#said = cause === null ? null : say(silent ? 'link.other-program' : `link.${cause}`, { peer: this.#peer });
    }
    this.#wasConnected = link === 'connected';
    this.#on.state({ link: retryInMs === null ? link : 'connecting', message: this.#why, said: this.#said });
  }

  #receive(message: ReceivedMessage): void {
    try {
      switch (message.header.type) {
        case 'IMAGE':
          this.#receiveImage(message, { image: parseImage(message.content), poses: new Map(), orientation: null });
          break;
        case 'TRACKEDFRAME':
          this.#receiveImage(message, imageOfTrackedFrame(message.content));
          break;
        case 'TRANSFORM':
          this.#receiveTransform(message);
          break;
        case 'STATUS':
          this.#on.keepAlive();
          break;
        default:
          this.#on.problem(
            `source.skipped.${message.header.type}`,
            say('source.skipped', { type: message.header.type }),
          );
      }
    } catch (error) {
      if (!(error instanceof MalformedMessage)) {
        throw error;
      }
      this.#on.problem(`source.malformed.${message.header.type}`, error.said);
    }
  }

  #receiveTransform(message: ReceivedMessage): void {
    const status = message.metadata.get('TransformStatus');
    if (status !== undefined && status !== 'OK') {
      const values = { pose: message.header.deviceName, status: cut(status, MAX_SHOWN_LENGTH) };
      this.#on.problem('source.pose-invalid', say('source.pose-invalid', values));
      return;
    }
    const name = cut(message.metadata.get('IGTL_DEVICE_NAME') ?? message.header.deviceName, MAX_NAME_LENGTH);
    this.#poses.add(name, message.header.timestampBits, parseTransform(message.content));
  }

  #receiveImage(message: ReceivedMessage, received: ReceivedImage): void {
    const { deviceName } = message.header;
    this.#device ??= deviceName;
    if (deviceName !== this.#device) {
      this.#refuse('source.other-image', { device: deviceName, followed: this.#device });
      return;
    }
    const scalarType = this.#acceptable(received.image);
    if (scalarType !== null) {
      this.#noteKind(message);
      this.#on.frame(this.#toRawFrame(message, received, scalarType));
    }
  }

  /** The scalar type of a picture we can show, or null after saying why not. */
  #acceptable(image: ImageContent): ScalarTypeName | null {
    const { size, subOffset, subSize, components } = image;
    const scalarType = SCALAR_NAMES.get(image.scalarType);
    if (size[2] !== 1) {
      this.#refuse('source.volume', { slices: size[2] });
    } else if (size[0] === 0 || size[1] === 0) {
      this.#refuse('source.empty', { columns: size[0], rows: size[1] });
    } else if (subOffset.some((o) => o !== 0) || subSize.some((s, i) => s !== size[i])) {
      this.#refuse('source.sub-volume', { part: subSize.join(' x '), whole: size.join(' x ') });
    } else if (components !== 1 && components !== 3) {
      this.#refuse('source.components', { components });
    } else if (scalarType === undefined) {
      this.#refuse('source.scalar', { type: image.scalarType });
    } else {
      return scalarType;
    }
    return null;
  }

  /** Its code is its key, too. */
  #refuse(code: SayingCode, values: SayingValues): void {
    this.#on.problem(code, say(code, values));
  }

  #noteKind(message: ReceivedMessage): void {
    this.#kind = message.metadata.get(SOURCE_KIND_KEY) === 'simulated' ? 'simulated' : 'live';
  }

  #toRawFrame(message: ReceivedMessage, received: ReceivedImage, scalarType: ScalarTypeName): RawFrame {
    const { image } = received;
    const { header, metadata } = message;
    const spacing = spacingOf(image);
    const frameNumber = frameNumberOf(metadata);
    const count = this.#count++;
    return {
      meta: {
        streamId: this.#options.streamId,
        sourceKind: this.#kind,
        deviceName: header.deviceName,
        ts: timestampBitsToSeconds(header.timestampBits),
        tsBits: header.timestampBits,
        frameId: frameNumber ?? count,
        frameIdOrigin: frameNumber === null ? 'sequence' : 'source',
        size: [image.size[0], image.size[1]],
        spacing,
        scale: scaleOf(spacing, this.#options.mmPerPixel, image.size[1]),
        orientation: received.orientation ?? this.#options.orientation,
        coordFrame: coordFrameOf(header.deviceName),
        pose: this.#poseOf(header.timestampBits, metadata, received.poses),
        // A copy (a Buffer’s slice is none): the geometry outlives the picture, whose memory is used again.
        sourceImageHeader: Uint8Array.from(image.header),
      },
      scalarType,
      components: image.components as 1 | 3,
      raw: image.pixels,
      pixels: this.#window.to8Bit(image.pixels, scalarType, image.endian === 2),
      receivedMs: message.receivedMs,
      lease: new MessageLease(() => message.release()),
    };
  }

  /** Poses inside the message are the picture's own; TRANSFORM messages are joined by time. */
  #poseOf(
    tsBits: bigint,
    metadata: ReadonlyMap<string, string>,
    inside: ReadonlyMap<string, Float32Array>,
  ): FramePose | null {
    const { poseName, poseMaxSkewMs } = this.#options;
    const name = poseName !== '' ? poseName : inside.keys().next().value;
    const own = name === undefined ? undefined : (inside.get(name) ?? metadataPose(metadata, name));
    if (name !== undefined && own !== undefined) {
      return { name, matrix: own, skewMs: 0 };
    }
    return this.#poses.match(poseName, tsBits, poseMaxSkewMs);
  }
}

function frameNumberOf(metadata: ReadonlyMap<string, string>): number | null {
  const text = metadata.get('FrameNumber');
  const value = text === undefined || text.trim() === '' ? Number.NaN : Number(text);
  return Number.isSafeInteger(value) && value >= 0 ? value : null;
}

function cut(text: string, length: number): string {
  return text.length > length ? `${text.slice(0, length - 1)}…` : text;
}

/** PlusServer puts every tool's matrix and status beside the picture once we speak version 2 (openigtlink.md section 3). */
function metadataPose(metadata: ReadonlyMap<string, string>, name: string): Float32Array | undefined {
  const transform = transformField(metadata, name);
  return transform?.ok === true ? transform.matrix : undefined;
}
