import { connect, createServer } from 'node:net';
import type { ConnectionTest, Settings } from '../../src-shared/index.ts';
import { createSource, type FrameSource } from '../acquisition/index.ts';
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
  let lastMessage: string | null = null;
  try {
    return await new Promise<ConnectionTest>((resolve) => {
      const fail = (message: string): void => resolve({ ok: false, message });
      const limit = setTimeout(
        () => fail(lastMessage ?? `no frame within ${SOURCE_LIMIT_MS / 1000} s`),
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
            lastMessage = 'it is connected and sends keep-alives, but no picture: is the scanner in freeze?';
          },
          state: ({ link, message }) => {
            lastMessage = message ?? lastMessage;
            if (link === 'failed') {
              clearTimeout(limit);
              fail(message ?? 'it cannot be opened');
            }
          },
          problem: (_key, message) => {
            lastMessage = message;
          },
        },
      );
      source.start();
    });
  } catch (error) {
    return { ok: false, message: error instanceof Error ? error.message : String(error) };
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
  try {
    const { role, host, port } = parsePublishAddress(address, allowedPeers);
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
    return { ok: false, message: error instanceof Error ? error.message : String(error) };
  }
}

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
      end(() => reject(new Error(`${host}:${port} did not answer within ${CONNECT_LIMIT_MS} ms`))),
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
