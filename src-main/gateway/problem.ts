import { STATUS_CODES } from 'node:http';
import type { FastifyReply } from 'fastify';
import { z } from 'zod';
import { CONTENT_SECURITY_POLICY } from './content-security-policy.ts';

/** On every answer, refusals and errors included. */
export const SECURITY_HEADERS = {
  'content-security-policy': CONTENT_SECURITY_POLICY,
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-resource-policy': 'same-origin',
} as const;

/** Body of every error (RFC 9457). */
export const problemSchema = z
  .object({
    title: z.string().describe('The status in words'),
    status: z.number().int(),
    detail: z.string().describe('What happened, with the thing, the value and the limit'),
  })
  .meta({ id: 'Problem', description: 'RFC 9457 problem details' });

const problemOf = (status: number, detail: string): z.infer<typeof problemSchema> => ({
  title: STATUS_CODES[status] ?? 'Error',
  status,
  detail,
});

export function sendProblem(reply: FastifyReply, status: number, detail: string): FastifyReply {
  return reply.code(status).headers(SECURITY_HEADERS).type('application/problem+json').send(problemOf(status, detail));
}

/** The answer to bytes that are no HTTP request: there is no reply object for them. */
export const NOT_HTTP = rawProblem(400, 'this is not an HTTP request');

function rawProblem(status: number, detail: string): string {
  const body = JSON.stringify(problemOf(status, detail));
  const headers = {
    ...SECURITY_HEADERS,
    'content-type': 'application/problem+json',
    'content-length': Buffer.byteLength(body),
    connection: 'close',
  };
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  return `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${lines.join('')}\r\n${body}`;
}
