import { existsSync } from 'node:fs';
import path from 'node:path';
import fastifyStatic from '@fastify/static';
import type { WebSocket } from 'ws';
import type { Identity } from '../access/identity.ts';
import type { RouteContext, RouteGroup } from '../app.ts';
import { type ConsoleChannel, ConsoleSession } from '../console-session.ts';
import { sendProblem } from '../problem.ts';

/** The page that shows figures and gives no commands: a viewer's place. */
const DASHBOARD_PAGE = 'dashboard.html';

/** `/ws/console`: commands, events and pictures of one console. */
export const consoleSocket: RouteGroup = (app, context) => {
  app.route({
    method: 'GET',
    url: '/ws/console',
    config: { access: 'view', socket: true },
    schema: { tags: ['WebSocket'], summary: 'Commands, events and pictures of one console (WebSocket)' },
    handler: (_request, reply) => sendProblem(reply, 426, 'this address speaks WebSocket only'),
    wsHandler: (socket, request) => serveConsole(socket, request.identity as Identity, context),
  });
};

/** The built console's files, from `folder`. */
export function consoleFiles(folder: string): RouteGroup {
  return async (app) => {
    await app.register(async (files) => {
      files.addHook('onRoute', (route) => {
        route.config = { ...route.config, access: 'view' };
        route.schema = { ...route.schema, hide: true };
      });
      const hasDashboard = existsSync(path.join(folder, DASHBOARD_PAGE));
      if (hasDashboard) {
        files.get('/dashboard', (_request, reply) => reply.sendFile(DASHBOARD_PAGE));
      }
      for (const url of ['/', '/index.html']) {
        files.get(url, (request, reply) =>
          request.identity?.role === 'view' && hasDashboard
            ? reply.redirect('/dashboard', 303)
            : reply.sendFile('index.html'),
        );
      }
      await files.register(fastifyStatic, { root: folder, index: false });
    });
  };
}

function serveConsole(socket: WebSocket, identity: Identity, { backend, desk, sockets }: RouteContext): void {
  if (!sockets.add(socket, identity)) {
    return;
  }
  const session = new ConsoleSession(webSocketChannel(socket), backend, { identity, desk });
  socket.on('message', (data, isBinary) => {
    if (!isBinary) {
      session.receiveText(String(data));
    }
  });
  socket.on('close', () => session.closed());
}

function webSocketChannel(socket: WebSocket): ConsoleChannel {
  return {
    sendText: (text) => socket.send(text),
    sendBinary: (bytes) => socket.send(bytes),
    bufferedBytes: () => socket.bufferedAmount,
    close: (reason) => socket.close(1008, reason.slice(0, 120)),
  };
}
