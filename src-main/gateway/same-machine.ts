import { isIPv4 } from 'node:net';

/** Names by which a browser on this machine reaches a loopback port. */
const LOOPBACK_NAMES = new Set(['localhost', '[::1]']);

/** True for hosts that only this machine can reach. `host` as in a bind address or a URL. */
export function isLoopbackHost(host: string): boolean {
  return LOOPBACK_NAMES.has(host.toLowerCase()) || host === '::1' || (isIPv4(host) && host.startsWith('127.'));
}

/**
 * Any web page can send requests to a loopback port, and DNS rebinding gives it a name of its own for it: a request
 * counts as ours only when both the host it asks for and the page it comes from are on this machine (design, section 6).
 * Returns why it is refused, or null.
 */
export function refusalOf(
  headers: { host?: string | undefined; origin?: string | undefined },
  port: number,
): string | null {
  const host = splitHost(headers.host ?? '');
  if (host === null || !isLoopbackHost(host.name) || host.port !== port) {
    return `Host "${headers.host ?? ''}": expected this machine's own address and port ${port}`;
  }
  if (headers.origin === undefined) {
    return null;
  }
  const origin = /^http:\/\/(.+)$/.exec(headers.origin);
  const from = origin === null ? null : splitHost(origin[1] as string);
  if (from === null || !isLoopbackHost(from.name) || from.port !== port) {
    return `Origin "${headers.origin}": expected http:// and this machine's own address and port ${port}`;
  }
  return null;
}

function splitHost(text: string): { name: string; port: number } | null {
  const match = /^(\[[0-9a-fA-F:]+\]|[A-Za-z0-9.-]+)(?::(\d{1,5}))?$/.exec(text);
  return match === null ? null : { name: match[1] as string, port: match[2] === undefined ? 80 : Number(match[2]) };
}
