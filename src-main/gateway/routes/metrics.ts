import type { WebSocket } from 'ws';
import { z } from 'zod';
import type { HistoryRow, KpiSample } from '../../../src-shared/index.ts';
import type { Identity } from '../access/identity.ts';
import type { RouteContext, RouteGroup } from '../app.ts';
import { historyCsv } from '../csv.ts';
import { problemSchema, sendProblem } from '../problem.ts';
import { historySchema, latestSchema } from '../schemas.ts';

/** As many as the dashboard's charts show without asking for fewer. */
const DEFAULT_ROWS = 300;
const MOST_ROWS = 5000;
/** Unread messages of a client that has stopped reading; the next ping ends it, this bounds what it costs until then. */
const MAX_UNREAD_BYTES = 256 * 1024;

const rows = z.coerce.number().int().min(1).max(MOST_ROWS);
const moment = z.coerce.number().min(0).describe('s since 1970 UTC');
const historyQuery = z.strictObject({
  last: rows.optional().describe('Newest samples in memory; the default'),
  from: moment.optional().describe('From here on, from memory and disk (s since 1970 UTC)'),
  to: moment.optional().describe('Up to here (s since 1970 UTC)'),
  points: rows.default(DEFAULT_ROWS).describe('Rows at most; where there are more samples, a row stands for several'),
  format: z.enum(['json', 'csv']).default('json'),
});

/** The figures: newest, history, and as they come. */
export const metrics: RouteGroup = (app, context) => {
  const { monitoring } = context.backend;
  app.route({
    method: 'GET',
    url: '/api/metrics/latest',
    config: { access: 'view' },
    schema: { tags: ['Metrics'], summary: 'Newest sample', response: { 200: latestSchema } },
    handler: async () => monitoring.latest() ?? {},
  });
  app.route({
    method: 'GET',
    url: '/api/metrics/history',
    config: { access: 'view' },
    schema: {
      tags: ['Metrics'],
      summary: 'Samples, oldest first',
      description: 'With `from` or `to` from memory and disk, at most `points` rows; else the newest `last` in memory.',
      querystring: historyQuery,
      response: { 200: historySchema, 400: problemSchema },
    },
    handler: async (request, reply) => {
      const found = await history(request.query, context);
      if (request.query.format === 'csv') {
        reply.header('content-disposition', 'attachment; filename="ultramotion-metrics.csv"');
        return reply
          .type('text/csv; charset=utf-8')
          .serializer(String)
          .send(historyCsv(found, monitoring.metrics()) as never);
      }
      return { data: found.map(flat) };
    },
  });
  app.route({
    method: 'GET',
    url: '/ws/metrics',
    config: { access: 'view', socket: true },
    schema: { tags: ['WebSocket'], summary: 'The newest sample, then each as it is taken (WebSocket, JSON KpiSample)' },
    handler: (_request, reply) => sendProblem(reply, 426, 'this address speaks WebSocket only'),
    wsHandler: (socket, request) => serveMetrics(socket, request.identity as Identity, context),
  });
};

type Row = Pick<HistoryRow, 'sample'> & Partial<HistoryRow>;

async function history(query: z.infer<typeof historyQuery>, { backend }: RouteContext): Promise<readonly Row[]> {
  const { from, to, last, points } = query;
  if (from === undefined && to === undefined) {
    return backend.monitoring.recent(last ?? DEFAULT_ROWS).map((sample) => ({ sample }));
  }
  return backend.monitoring.range({
    ...(from !== undefined && { from }),
    ...(to !== undefined && { to }),
    points: last ?? points,
  });
}

function flat({ sample, fromTs, count, range }: Row): z.infer<typeof historySchema>['data'][number] {
  return {
    ...sample,
    ...(fromTs !== undefined && { from_ts: fromTs }),
    ...(count !== undefined && { count }),
    ...(range !== undefined && { range }),
  };
}

/** What all clients are sent of a sample; written out once, not fifty times within the same millisecond. */
const texts = new WeakMap<KpiSample, string>();

function textOf(sample: KpiSample): string {
  const text = texts.get(sample) ?? JSON.stringify(sample);
  texts.set(sample, text);
  return text;
}

function serveMetrics(socket: WebSocket, identity: Identity, { backend, sockets }: RouteContext): void {
  if (!sockets.add(socket, identity)) {
    return;
  }
  const send = (sample: KpiSample): void => {
    if (socket.bufferedAmount > MAX_UNREAD_BYTES) {
      socket.terminate();
    } else {
      socket.send(textOf(sample));
    }
  };
  const latest = backend.monitoring.latest();
  if (latest !== null) {
    send(latest);
  }
  const unsubscribe = backend.subscribe({ snapshot: () => {}, kpi: send });
  socket.on('close', unsubscribe);
}
