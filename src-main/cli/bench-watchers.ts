import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Command } from 'commander';
import type { Engine } from '../engine/index.ts';
import { CommandDesk } from '../gateway/index.ts';
import { type Peer, startPeer } from './bench-peers.ts';
import { auditTo, serveHttp } from './serve-http.ts';

/** As many dashboards as are promised (README); they do with one process what 50 browsers would ask of the engine. */
const DASHBOARDS = 50;
const SCRAPE_MS = 1000;

/** Everything that watches an engine, in processes of its own; what it saw is told when it is stopped. */
export interface Watchers {
  stop(): Promise<{ readonly dashboards: object; readonly webhookReceiver: object }>;
}

/** A webhook receiver that takes every request and never answers one. */
export async function startSilentReceiver(): Promise<{ readonly url: string; readonly peer: Peer }> {
  const peer = startPeer(['bench-silent-receiver']);
  return { url: `http://127.0.0.1:${(await peer.ready)['port']}/`, peer };
}

/** Serves `engine` over HTTP and has it watched: dashboards' WebSockets, a scrape a second, and `receiver`'s webhook. */
export async function watchEngine(engine: Engine, receiver: Peer): Promise<Watchers> {
  const desk = new CommandDesk(
    engine,
    auditTo(() => {}),
  );
  const http = await serveHttp({ engine, desk, settings: engine.settings, log: () => {}, cannotListen: undefined });
  const dashboards = startPeer(['bench-dashboards', http.url ?? '']);
  await dashboards.ready;
  return {
    stop: async () => {
      const seen = { dashboards: await dashboards.stop(), webhookReceiver: await receiver.stop() };
      await http.close();
      return seen;
    },
  };
}

/** Hidden commands: the other processes of `bench pipeline --watched`. */
export function addBenchWatcherCommands(program: Command): void {
  program
    .command('bench-dashboards <url>', { hidden: true })
    .description('listen to /ws/metrics many times over and scrape /metrics every second')
    .action(watch);
  program
    .command('bench-silent-receiver', { hidden: true })
    .description('take HTTP requests and never answer')
    .action(receiveSilently);
}

async function watch(url: string): Promise<void> {
  const heard = new Array<number>(DASHBOARDS).fill(0);
  let lost = 0;
  const sockets = heard.map((_none, index) => {
    const socket = new WebSocket(new URL('/ws/metrics', url.replace(/^http/, 'ws')));
    socket.addEventListener('message', () => {
      heard[index] = (heard[index] ?? 0) + 1;
    });
    socket.addEventListener('close', () => lost++);
    return socket;
  });
  await Promise.all(sockets.map((socket) => new Promise((resolve) => socket.addEventListener('open', resolve))));
  let scrapes = 0;
  let failedScrapes = 0;
  const timer = setInterval(async () => {
    try {
      const answer = await fetch(new URL('/metrics', url));
      const text = await answer.text();
      scrapes += answer.ok && text.includes('igt_fps_in ') ? 1 : 0;
    } catch {
      failedScrapes++;
    }
  }, SCRAPE_MS);
  process.stdout.write(`${JSON.stringify({ pid: process.pid })}\n`);
  await new Promise<void>((resolve) => process.once('SIGTERM', () => resolve()));
  clearInterval(timer);
  const samplesEach = { fewest: Math.min(...heard), most: Math.max(...heard) };
  process.stdout.write(`${JSON.stringify({ clients: DASHBOARDS, lost, samplesEach, scrapes, failedScrapes })}\n`);
  for (const socket of sockets) {
    socket.close();
  }
}

async function receiveSilently(): Promise<void> {
  let requests = 0;
  const server = createServer((request) => {
    requests++;
    request.resume();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  process.stdout.write(`${JSON.stringify({ port: (server.address() as AddressInfo).port })}\n`);
  await new Promise<void>((resolve) => process.once('SIGTERM', () => resolve()));
  process.stdout.write(`${JSON.stringify({ requestsNeverAnswered: requests })}\n`);
  server.close();
  server.closeAllConnections();
}
