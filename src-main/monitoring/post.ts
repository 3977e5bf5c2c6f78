import { lookup as dnsLookup } from 'node:dns';
import http from 'node:http';
import https from 'node:https';
import { BlockList, isIP } from 'node:net';

export interface PostAnswer {
  readonly status: number;
  readonly retryAfter: string | null;
  /** Beginning of the answer's body. */
  readonly text: string;
}

export interface PostOptions {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** Aborted when the receiver has had its time. */
  readonly signal: AbortSignal;
  /** Link-local and metadata addresses may be reached. */
  readonly allowLinkLocal: boolean;
}

/** A machine's own network and the cloud's metadata services: whoever sets an address must not reach them through us. */
const FORBIDDEN = new BlockList();
FORBIDDEN.addSubnet('169.254.0.0', 16, 'ipv4');
FORBIDDEN.addSubnet('fe80::', 10, 'ipv6');
FORBIDDEN.addAddress('fd00:ec2::254', 'ipv6');
FORBIDDEN.addAddress('100.100.100.200', 'ipv4');

const MAX_ANSWER = 1000;

/** The address must not be posted to; the message says which and what would allow it. */
export class AddressForbidden extends Error {
  override readonly name = 'AddressForbidden';
}

/** True for an address that only `alerts.allowLinkLocal` opens. IPv4 within IPv6 is judged as IPv4. */
export function isForbidden(address: string): boolean {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1] ?? address;
  return FORBIDDEN.check(mapped, isIP(mapped) === 6 ? 'ipv6' : 'ipv4');
}

/**
 * One POST. The address is judged as it is connected to, after the name was looked up, so that a name cannot be one thing
 * when it is checked and another when it is used. Redirections are not followed.
 *
 * @throws {AddressForbidden | Error} in words without the address's path, which may be a secret.
 */
export function post({ url, headers, body, signal, allowLinkLocal }: PostOptions): Promise<PostAnswer> {
  const target = new URL(url);
  const host = target.hostname.replace(/^\[|\]$/g, '');
  if (!allowLinkLocal && isIP(host) !== 0 && isForbidden(host)) {
    return Promise.reject(forbidden(host));
  }
  return new Promise((resolve, reject) => {
    const request = (target.protocol === 'https:' ? https : http).request(target, {
      method: 'POST',
      headers: { ...headers, 'content-length': Buffer.byteLength(body) },
      signal,
      lookup: allowLinkLocal ? dnsLookup : guardedLookup,
      agent: false,
    });
    const fail = (error: Error): void =>
      reject(signal.aborted ? new Error(`${target.host} did not answer ${String(signal.reason)}`) : error);
    request.on('error', fail);
    request.on('response', (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (chunk: string) => {
        text = (text + chunk).slice(0, MAX_ANSWER);
      });
      response.on('error', fail);
      response.on('end', () =>
        resolve({ status: response.statusCode ?? 0, retryAfter: response.headers['retry-after'] ?? null, text }),
      );
    });
    request.end(body);
  });
}

const guardedLookup: typeof dnsLookup = ((
  hostname: string,
  options: object,
  callback: (...args: unknown[]) => void,
) => {
  dnsLookup(hostname, { ...options, all: true }, (error, addresses) => {
    const bad = addresses?.find(({ address }) => isForbidden(address));
    if (error !== null || bad !== undefined) {
      callback(error ?? forbidden(`${hostname} (${bad?.address})`));
    } else if ((options as { all?: boolean }).all === true) {
      callback(null, addresses);
    } else {
      callback(null, addresses[0]?.address, addresses[0]?.family);
    }
  });
}) as typeof dnsLookup;

const forbidden = (what: string): AddressForbidden =>
  new AddressForbidden(`${what} is a link-local or metadata address: set alerts.allowLinkLocal to allow it`);
