import { afterEach, describe, expect, it } from 'vitest';
import type { EngineTransport, TransportListener } from '../../../src-renderer/live/transport.ts';
import {
  type FromTransportThread,
  serveTransport,
  ThreadedTransport,
  type ToTransportThread,
} from '../../../src-renderer/live/transport-thread.ts';

/** What connects, as far as the thread can tell: says what it is told to say, remembers what it was asked. */
class Connection implements EngineTransport {
  readonly url: string;
  readonly listener: TransportListener;
  readonly asked: string[] = [];

  constructor(url: string, listener: TransportListener) {
    this.url = url;
    this.listener = listener;
  }

  sendText(text: string): void {
    this.asked.push(text);
  }

  restart(): void {
    this.asked.push('(restart)');
  }

  close(): void {
    this.asked.push('(close)');
  }
}

describe('a transport in a thread of its own', () => {
  let channel: MessageChannel;
  afterEach(() => channel.port1.close());

  /** Both sides with a real message channel between them; `said` is what the owner has heard. */
  async function connected() {
    channel = new MessageChannel();
    const made = Promise.withResolvers<Connection>();
    let ended = false;
    serveTransport(
      asChannel<FromTransportThread, ToTransportThread>(channel.port2),
      (url, listener) => {
        const connection = new Connection(url, listener);
        made.resolve(connection);
        return connection;
      },
      () => (ended = true),
    );
    const said: string[] = [];
    const pictures: Uint8Array[] = [];
    const transport = new ThreadedTransport(
      asChannel<ToTransportThread, FromTransportThread>(channel.port1),
      'ws://engine',
      {
        onOpen: () => said.push('open'),
        onText: (text) => said.push(text),
        onPicture: (bytes) => pictures.push(bytes),
        onClosed: () => said.push('closed'),
      },
    );
    return { transport, connection: await made.promise, said, pictures, hasEnded: () => ended };
  }

  it('connects to where its owner says, and hands on what comes, in order', async () => {
    const { connection, said, pictures } = await connected();
    expect(connection.url).toBe('ws://engine');
    connection.listener.onOpen();
    connection.listener.onText('hello');
    const sent = Uint8Array.of(1, 2, 3);
    connection.listener.onPicture(sent);
    connection.listener.onClosed();
    await expect.poll(() => said).toEqual(['open', 'hello', 'closed']);
    expect(pictures).toEqual([Uint8Array.of(1, 2, 3)]);
    // Handed over, not copied.
    expect(sent.byteLength).toBe(0);
  });

  it('sends what its owner says in the connection it is meant for, and to no later one', async () => {
    const { transport, connection, said } = await connected();
    connection.listener.onOpen();
    await expect.poll(() => said).toEqual(['open']);
    transport.sendText('for the first');
    await expect.poll(() => connection.asked).toEqual(['for the first']);
    // The next connection stands before its owner has heard that the first is gone.
    connection.listener.onClosed();
    connection.listener.onOpen();
    transport.sendText('late for the first');
    await expect.poll(() => said).toEqual(['open', 'closed', 'open']);
    transport.sendText('for the second');
    await expect.poll(() => connection.asked).toEqual(['for the first', 'for the second']);
  });

  it('begins anew when told to; closed, it ends with its transport and says nothing more', async () => {
    const { transport, connection, said, pictures, hasEnded } = await connected();
    connection.listener.onOpen();
    await expect.poll(() => said).toEqual(['open']);
    transport.restart();
    connection.listener.onPicture(Uint8Array.of(1));
    transport.close();
    expect(said).toEqual(['open', 'closed']);
    await expect.poll(hasEnded).toBe(true);
    connection.listener.onClosed();
    expect(connection.asked).toEqual(['(restart)', '(close)']);
    // By the time a picture of another channel has come, those of this one have.
    const later = new MessageChannel();
    await new Promise((resolve) => {
      later.port1.addEventListener('message', resolve);
      later.port1.start();
      later.port2.postMessage('after all');
    });
    later.port1.close();
    expect([said, pictures]).toEqual([['open', 'closed'], []]);
  });
});

/** A port as a worker is seen: it delivers from the start. */
function asChannel<Out, In>(port: MessagePort) {
  port.start();
  return {
    postMessage: (message: Out, options: { transfer: Transferable[] }) => port.postMessage(message, options.transfer),
    addEventListener: (type: 'message', listener: (event: MessageEvent<In>) => void) =>
      port.addEventListener(type, listener),
  };
}
