import { say } from '../../src-shared/index.ts';
import { BadEndpoint, type Endpoint, isLinkLocal, isLoopback, parseEndpoint } from '../openigtlink/index.ts';

export type PublishAddress =
  /** Slicer connects to us. */
  | ({ readonly role: 'server' } & Endpoint)
  /** We connect to Slicer. */
  | ({ readonly role: 'client' } & Endpoint);

/** Our own server port: PlusServer's first two (18944, 18945 as second server) stay free for it on 18944. */
const DEFAULT_SERVER_PORT = 18945;
/** Slicer's OpenIGTLinkIF default (openigtlink.md section 6.1). */
const DEFAULT_CLIENT_PORT = 18944;

/**
 * `igtl-server://HOST[:PORT]` or `igtl://HOST[:PORT]`.
 *
 * OpenIGTLink knows no token, so a server beyond loopback must name the peers it lets in (design, section 6).
 *
 * @throws {BadEndpoint} in the operator's words.
 */
export function parsePublishAddress(address: string, allowedPeers: readonly string[]): PublishAddress {
  const match = /^(igtl-server|igtl):\/\/(.+)$/i.exec(address.trim());
  if (match === null) {
    throw new BadEndpoint(say('address.no-publisher', { address }));
  }
  const role = (match[1] as string).toLowerCase() === 'igtl' ? 'client' : 'server';
  const endpoint = parseEndpoint(match[2] as string, role === 'server' ? DEFAULT_SERVER_PORT : DEFAULT_CLIENT_PORT);
  if (isLinkLocal(endpoint.host)) {
    throw new BadEndpoint(say('address.publisher-link-local', { address }));
  }
  if (role === 'server' && !isLoopback(endpoint.host) && allowedPeers.length === 0) {
    throw new BadEndpoint(say('address.needs-peers', { address }));
  }
  return { role, ...endpoint };
}
