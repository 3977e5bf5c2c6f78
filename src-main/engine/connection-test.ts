import { connect, createServer } from 'node:net';
import {
  type ConnectionTest,
  inEnglish,
  reasonOf,
  type Saying,
  type Settings,
  say,
  sayingOf,
} from '../../src-shared/index.ts';
import { createSource, type FrameSource } from '../acquisition/index.ts';
import { LinkGivenUp, saidOfSocket } from '../openigtlink/index.ts';
import { parsePublishAddress } from '../publishing/index.ts';
import { sourceOptions } from './source-slot.ts';

/** Long enough for a reconnect with back-off and for the phantom to render; short enough to stand and wait for. */
const SOURCE_LIMIT_MS = 8000;
const CONNECT_LIMIT_MS = 3000;

/**
 * Opens the source at `address` beside the running one, waits for its first frame and closes it again. Never throws:
 * what is wrong is the answer.
 */
export async function testSource(address: string, settings: Settings): Promise<ConnectionTest> {
  const startedMs = performance.now();
  let source: FrameSource | null = null;
  let newest: Saying | string | null = null;
  try {
    return await new Promise<ConnectionTest>((resolve) => {
      const fail = (why: Saying | string): void => resolve(failed(why));
      const limit = setTimeout(
        () => fail(newest ?? say('test.no-frame', { seconds: SOURCE_LIMIT_MS / 1000 })),
        SOURCE_LIMIT_MS,
      );
      source = createSource(
        address,
        { ...sourceOptions(settings), loop: false },
        {
          frame: ({ meta, lease }) => {
            lease?.release();
            clearTimeout(limit);
            const [columns, rows] = meta.size;
            resolve({
              ok: true,
              found: 'frame',
              device: meta.deviceName,
              size: [columns, rows],
              ms: performance.now() - startedMs,
            });
          },
          heard: () => {},
          keepAlive: () => {
            newest = say('test.keep-alives');
          },
          state: ({ link, message, said }) => {
            newest = said ?? message ?? newest;
            if (link === 'failed') {
              clearTimeout(limit);
              fail(said ?? message ?? say('test.unopened'));
            }
          },
          problem: (_key, what) => {
            newest = what;
          },
        },
      );
      source.start();
    });
  } catch (error) {
    return failed(reasonOf(error));
  } finally {
    await (source as FrameSource | null)?.close();
  }
}

/**
 * Whether masks could go to `address`: a server's port can be had (or is ours already, `boundAddress`), a client finds
 * somebody listening. Sends nothing.
 */
export async function testPublisher(
  address: string,
  allowedPeers: readonly string[],
  boundAddress: string | null,
): Promise<ConnectionTest> {
  let endpoint = address;
  try {
    const { role, host, port } = parsePublishAddress(address, allowedPeers);
    endpoint = `${host}:${port}`;
    if (role === 'client') {
      await reach(host, port);
      return { ok: true, found: 'listener' };
    }
    if (boundAddress === `igtl-server://${host}:${port}`) {
      return { ok: true, found: 'ours' };
    }
    await tryListening(host, port);
    return { ok: true, found: 'free-port' };
  } catch (error) {
    return { ...failed(reasonOf(error)), said: saidOfSocket(error, endpoint) };
  }
}

const failed = (why: Saying | string): Extract<ConnectionTest, { readonly ok: false }> => ({
  ok: false,
  message: inEnglish(why),
  said: sayingOf(why),
});

function reach(host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port, timeout: CONNECT_LIMIT_MS });
    const end = (act: () => void): void => {
      socket.destroy();
      act();
    };
    socket.once('connect', () => end(resolve));
    socket.once('error', (error) => end(() => reject(error)));
    socket.once('timeout', () =>
      end(() => reject(new LinkGivenUp('no-answer', `${host}:${port} did not answer within ${CONNECT_LIMIT_MS} ms`))),
    );
  });
}

function tryListening(host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen({ host, port }, () => server.close(() => resolve()));
  });
}
