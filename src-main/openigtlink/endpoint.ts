import { BlockList, isIPv4, isIPv6 } from 'node:net';
import { SaidError, say } from '../../src-shared/index.ts';

export interface Endpoint {
  readonly host: string;
  readonly port: number;
}

/** An address that cannot be one; the message says what was found and what is expected. */
export class BadEndpoint extends SaidError {
  override readonly name = 'BadEndpoint';
}

/**
 * `HOST[:PORT]`, with an IPv6 host in brackets.
 *
 * @throws {BadEndpoint}
 */
export function parseEndpoint(text: string, defaultPort: number): Endpoint {
  const match = /^(\[[0-9a-fA-F:.]+\]|[A-Za-z0-9._-]+)(?::(\d{1,5}))?\/?$/.exec(text);
  const port = match?.[2] === undefined ? defaultPort : Number(match[2]);
  if (match === null || port > 65535) {
    throw new BadEndpoint(say('address.malformed', { address: text }));
  }
  const host = (match[1] as string).replace(/^\[|\]$/g, '');
  // The C++ library listens on IPv4 only, and "localhost" may resolve to ::1 first (openigtlink.md section 0, fact 10).
  return { host: host === 'localhost' ? '127.0.0.1' : host, port };
}

/** True for addresses that only this machine can reach. */
export function isLoopback(host: string): boolean {
  return (isIPv4(host) && host.startsWith('127.')) || (isIPv6(host) && /^(0*:)*:?0*1$/.test(host));
}

const LINK_LOCAL = new BlockList();
LINK_LOCAL.addSubnet('169.254.0.0', 16, 'ipv4');
LINK_LOCAL.addSubnet('fe80::', 10, 'ipv6');

/**
 * True for 169.254.0.0/16 and fe80::/10 in any spelling (`2852039166`, `::ffff:169.254.1.1`): addresses nobody assigned,
 * where cloud machines answer with credentials. Names are not resolved.
 */
export function isLinkLocal(host: string): boolean {
  const bare = host.replace(/%.*$/s, '');
  // The URL parser knows all spellings of an IPv4 address that the system's resolver takes.
  const plain = isIPv6(bare) ? bare : (URL.parse(`http://${bare}`)?.hostname ?? bare);
  return (isIPv6(plain) && LINK_LOCAL.check(plain, 'ipv6')) || (isIPv4(plain) && LINK_LOCAL.check(plain, 'ipv4'));
}
