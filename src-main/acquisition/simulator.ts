import {
  buildStatus,
  buildTransform,
  IgtlServer,
  type OutgoingMessage,
  packableMetadata,
  type ServerClient,
} from '../openigtlink/index.ts';
import type { Clip, ClipFrame } from './clip.ts';
import { imageHeaderOf } from './clip-image.ts';
import { Player, type PlayerOptions } from './player.ts';
import { StampClock } from './stamp-clock.ts';

/** PlusServer's KeepAliveIntervalSec (openigtlink.md section 3, Timeouts). */
const KEEP_ALIVE_MS = 250;
/** Messages that may wait per client; PlusServer blocks instead, we drop the oldest and count it. */
const QUEUE_PER_CLIENT = 64;
const MAX_INCOMING_BYTES = 1024 * 1024;
/** Longest device name that fits the header (openigtlink.md section 1). */
const DEVICE_NAME_BYTES = 20;

/** Metadata key by which our engine knows that a stream is simulated, so that it is never shown as live. */
export const SOURCE_KIND_KEY = 'UltramotionSourceKind';

export interface SimulatorOptions extends PlayerOptions {
  readonly host: string;
  readonly port: number;
}

export interface SimulatorEvents {
  clients(clients: readonly ServerClient[]): void;
  end(): void;
  failed(message: string): void;
}

/**
 * Serves a clip over OpenIGTLink as PlusServer would: version 1 until a client speaks 2, IMAGE and TRANSFORM of a frame
 * under the same time-stamp bits, keep-alive STATUS while there is no new frame. Stamps are now and strictly
 * increasing; the recorded ones travel as metadata.
 */
export class Simulator {
  readonly #clip: Clip;
  readonly #server: IgtlServer;
  readonly #player: Player;
  readonly #stamps = new StampClock();
  #keepAlive: NodeJS.Timeout | null = null;
  #sinceFrame = 0;
  #framesSent = 0;
  #fieldsDropped = 0;

  constructor(clip: Clip, options: SimulatorOptions, on: SimulatorEvents) {
    this.#clip = clip;
    this.#server = new IgtlServer(
      {
        host: options.host,
        port: options.port,
        maxMessageBytes: MAX_INCOMING_BYTES,
        queuePerClient: QUEUE_PER_CLIENT,
        queuePolicy: 'every',
        dropClientAfterMs: 5000,
      },
      { message: () => {}, clients: on.clients, problem: () => {} },
    );
    this.#player = new Player(clip, options, {
      frame: (frame, index, count) => this.#send(frame, index, count),
      end: on.end,
      failed: on.failed,
    });
  }

  get framesSent(): number {
    return this.#framesSent;
  }

  /** Recorded fields that were too long or too many for metadata, over all frames sent. */
  get fieldsDropped(): number {
    return this.#fieldsDropped;
  }

  /** Starts listening and playing. @throws when the port is in use, naming it. */
  async start(): Promise<{ host: string; port: number }> {
    const address = await this.#server.listen();
    this.#player.start();
    this.#keepAlive = setInterval(() => this.#keepAliveIfIdle(), KEEP_ALIVE_MS);
    return address;
  }

  async close(): Promise<void> {
    this.#player.close();
    if (this.#keepAlive !== null) {
      clearInterval(this.#keepAlive);
    }
    await this.#server.close();
    await this.#clip.close();
  }

  #send(frame: ClipFrame, index: number, count: number): void {
    const timestampBits = this.#stamps.nextBits();
    const metadata = this.#metadataOf(frame, index, count);
    const image: OutgoingMessage = {
      type: 'IMAGE',
      deviceName: (frame.format ?? this.#clip).deviceName,
      timestampBits,
      content: [imageHeaderOf(this.#clip, frame), frame.pixels],
      metadata,
    };
    // Poses first: a receiver that never waits for a late pose still joins them to their picture.
    for (const transform of frame.transforms) {
      if (transform.ok) {
        this.#server.broadcast({
          type: 'TRANSFORM',
          deviceName: transform.name.slice(0, DEVICE_NAME_BYTES),
          timestampBits,
          content: [buildTransform(transform.matrix)],
          metadata: packableMetadata(
            new Map([
              ['TransformStatus', 'OK'],
              ['IGTL_DEVICE_NAME', transform.name],
            ]),
          ),
        });
      }
    }
    this.#server.broadcast(image);
    this.#framesSent++;
    this.#sinceFrame = 0;
  }

  #metadataOf(frame: ClipFrame, index: number, count: number): Map<string, string> {
    const own: readonly (readonly [string, string])[] = [
      ['FrameNumber', String(count)],
      ['RecordedFrame', String(index)],
      [SOURCE_KIND_KEY, 'simulated'],
    ];
    // Our own come first, so that they are kept whatever the recording holds, and last, so that they win.
    const wanted = new Map([...own, ...frame.fields, ...own]);
    const metadata = packableMetadata(wanted);
    this.#fieldsDropped += wanted.size - metadata.size;
    return metadata;
  }

  #keepAliveIfIdle(): void {
    if (++this.#sinceFrame < 2) {
      return;
    }
    this.#server.broadcast({
      type: 'STATUS',
      deviceName: '',
      timestampBits: 0n,
      content: [buildStatus({ code: 1, subcode: 0n, errorName: '', text: '' })],
    });
  }
}
