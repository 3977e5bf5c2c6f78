import {
  type EngineSnapshot,
  type ResultPacket,
  SaidError,
  type SettingKey,
  type Settings,
  type SourceKind,
  say,
} from '../../src-shared/index.ts';
import { MaskPublisher, maskDeviceName, type PublisherOptions, type SurfaceToPublish } from '../publishing/index.ts';
import { changedInGroup, type EnginePart } from './part.ts';

export interface PublisherSlotEvents {
  changed(): void;
  problem(key: string, message: string): void;
}

const NOT_OPEN = { link: 'disconnected', message: null, said: null, clients: [] } as const;

/** The one place a publisher can be plugged in; without one, masks go nowhere and that is shown. */
export class PublisherSlot implements EnginePart {
  readonly #on: PublisherSlotEvents;
  #publisher: MaskPublisher | null = null;
  #options: PublisherOptions | null = null;
  /** Whether the operator wants it open: a changed setting does not bring back what was disconnected by hand. */
  #wanted = true;
  #isClosing = false;

  constructor(on: PublisherSlotEvents) {
    this.#on = on;
  }

  async open(settings: Settings): Promise<void> {
    this.#wanted = true;
    await this.close();
    if (this.#isClosing) {
      return;
    }
    this.#options = optionsOf(settings);
    const publisher = new MaskPublisher(this.#options, { state: () => this.#on.changed(), problem: this.#on.problem });
    this.#publisher = publisher;
    await publisher.start();
    this.#on.changed();
  }

  /** Ends the publisher until it is opened again. */
  async disconnect(): Promise<void> {
    this.#wanted = false;
    await this.close();
    this.#on.changed();
  }

  /** From here on it is not opened again. */
  closing(): void {
    this.#isClosing = true;
  }

  async settingsChanged(changed: ReadonlySet<SettingKey>, settings: Settings): Promise<void> {
    if (changed.has('publish.address') || changed.has('publish.allowedPeers')) {
      if (this.#wanted || changed.has('publish.address')) {
        await this.open(settings);
      }
    } else if (changedInGroup(changed, 'publish')) {
      this.update(settings);
    }
  }

  /** No receiver is left with a mask that nobody renews. */
  async close(): Promise<void> {
    const publisher = this.#publisher;
    this.#publisher = null;
    publisher?.announceUnavailable('the publisher was disconnected');
    await publisher?.close();
  }

  update(settings: Settings): void {
    this.#options = optionsOf(settings);
    this.#publisher?.update(this.#options);
  }

  publish(packet: ResultPacket): void {
    this.#publisher?.publish(packet);
  }

  /** @throws in words when it goes to nobody. */
  publishSurface(surface: SurfaceToPublish): number {
    if (this.#publisher === null) {
      throw new SaidError(say('publisher.off'));
    }
    return this.#publisher.publishSurface(surface);
  }

  announceUnavailable(reason: string): void {
    this.#publisher?.announceUnavailable(reason);
  }

  forgetSource(): void {
    this.#publisher?.forgetSource();
  }

  describe(kind: SourceKind): EngineSnapshot['publisher'] {
    const state = this.#publisher?.state ?? { ...NOT_OPEN, address: this.#options?.address ?? '' };
    return {
      address: state.address,
      link: state.link,
      message: state.message,
      said: state.said,
      device: maskDeviceName(kind),
      enabled: this.#publisher?.publishes(kind) ?? false,
      clients: state.clients,
    };
  }
}

function optionsOf(settings: Settings): PublisherOptions {
  return {
    address: settings['publish.address'],
    allowedPeers: settings['publish.allowedPeers'],
    labelValue: settings['publish.labelValue'],
    publishDemo: settings['publish.demo'],
    publishReplay: settings['publish.replay'],
  };
}
