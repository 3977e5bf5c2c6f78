import type { EngineSnapshot, ResultPacket, Settings, SourceKind } from '../../src-shared/index.ts';
import { MaskPublisher, maskDeviceName, type PublisherOptions } from '../publishing/index.ts';

export interface PublisherSlotEvents {
  changed(): void;
  problem(key: string, message: string): void;
}

const NOT_OPEN = { link: 'disconnected', message: null, clients: [] } as const;

/** The one place a publisher can be plugged in; without one, masks go nowhere and that is shown. */
export class PublisherSlot {
  readonly #on: PublisherSlotEvents;
  #publisher: MaskPublisher | null = null;
  #options: PublisherOptions | null = null;

  constructor(on: PublisherSlotEvents) {
    this.#on = on;
  }

  async open(settings: Settings): Promise<void> {
    await this.close();
    this.#options = optionsOf(settings);
    const publisher = new MaskPublisher(this.#options, { state: () => this.#on.changed(), problem: this.#on.problem });
    this.#publisher = publisher;
    await publisher.start();
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
