import { request as plainRequest } from 'node:http';
import { request as tlsRequest } from 'node:https';
import { type ClientOptions, WebSocket } from 'ws';

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
}

export interface Question {
  readonly method?: string;
  /** Asked for to the letter, in place of the address's own path, which a URL has mended. */
  readonly path?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
}

/** One request with exactly these headers on a connection of its own; a self-signed certificate is taken. */
export function ask(url: string | URL, { method = 'GET', path, headers = {}, body }: Question = {}): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const target = new URL(url);
    const request = target.protocol === 'https:' ? tlsRequest : plainRequest;
    const options = {
      method,
      headers,
      agent: false,
      rejectUnauthorized: false,
      ...(path !== undefined && { path }),
    };
    const asked = request(target, options, (answer) => {
      let text = '';
      answer.setEncoding('utf8').on('data', (chunk: string) => {
        text += chunk;
      });
      answer.on('end', () => resolve({ status: answer.statusCode ?? 0, headers: answer.headers, body: text }));
    });
    asked.on('error', reject).end(body);
  });
}

/** How an upgrade to a WebSocket is answered; 101 when it is granted, and then closed at once. */
export function upgrade(url: string | URL, options: ClientOptions & { protocols?: string[] } = {}): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const socket = openSocket(url, options);
    socket.once('open', () => {
      socket.terminate();
      resolve({ status: 101, headers: {}, body: '' });
    });
    socket.once('unexpected-response', (_request, answer) => {
      let text = '';
      answer.setEncoding('utf8').on('data', (chunk: string) => {
        text += chunk;
      });
      answer.on('end', () => resolve({ status: answer.statusCode ?? 0, headers: answer.headers, body: text }));
    });
    socket.once('error', reject);
  });
}

/** A WebSocket to an http or https address. */
export function openSocket(url: string | URL, options: ClientOptions & { protocols?: string[] } = {}): WebSocket {
  const target = new URL(url);
  target.protocol = target.protocol.replace('http', 'ws');
  const { protocols = [], ...rest } = options;
  return new WebSocket(target, protocols, { rejectUnauthorized: false, ...rest });
}

/** What a browser's WebSocket offers to carry its token. */
export const socketProtocols = (token: string): string[] => [
  'ultramotion',
  `ultramotion.bearer.${Buffer.from(token).toString('base64url')}`,
];
