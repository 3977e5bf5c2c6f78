import { isIPv4 } from 'node:net';
import os from 'node:os';

/** Names by which a browser on this machine reaches a loopback port. */
const LOOPBACK_NAMES = new Set(['localhost', '[::1]']);
/** This machine's addresses may change with its network; asking for them with every request is not for free. */
const ADDRESSES_COUNT_MS = 5000;
const DEFAULT_PORTS = { http: 80, https: 443 } as const;
type Scheme = keyof typeof DEFAULT_PORTS;

/** True for hosts that only this machine can reach. `host` as in a bind address or a URL. */
export function isLoopbackHost(host: string): boolean {
  return LOOPBACK_NAMES.has(host.toLowerCase()) || host === '::1' || (isIPv4(host) && host.startsWith('127.'));
}

interface HostAndPort {
  readonly name: string;
  readonly port: number | null;
}

export interface HostRulesOptions {
  /** Address the server is bound to. */
  readonly bound: string;
  readonly scheme: Scheme;
  /** Further names it is reached by, `NAME` or `NAME:PORT`: DNS names, a reverse proxy's. */
  readonly allowedHosts: readonly string[];
}

/**
 * Any web page can send requests to a port its browser reaches, and DNS rebinding gives it a name of its own for it: a
 * request counts as ours only when both the host it asks for and the page it comes from are this server (design, section 6).
 */
export class HostRules {
  readonly #options: HostRulesOptions;
  readonly #allowed: readonly HostAndPort[];
  readonly #isLoopback: boolean;
  #ownAddresses: ReadonlySet<string> = new Set();
  #ownAddressesAtMs = Number.NEGATIVE_INFINITY;

  constructor(options: HostRulesOptions) {
    this.#options = options;
    this.#isLoopback = isLoopbackHost(options.bound);
    this.#allowed = options.allowedHosts.map(
      (text) => splitHost(text.toLowerCase()) ?? { name: text.toLowerCase(), port: null },
    );
  }

  /** Why the request is refused, or null. `port`: the one this server listens on. */
  refusalOf(headers: { host?: string | undefined; origin?: string | undefined }, port: number): string | null {
    const { scheme } = this.#options;
    const host = splitHost((headers.host ?? '').toLowerCase());
    const isListed = host !== null && this.#isListed(host);
    if (host === null || !(isListed || this.#isOwn(host, port))) {
      const orListed = this.#isLoopback ? '' : ', or a name in http.allowedHosts';
      return `Host "${headers.host ?? ''}": expected this machine's own address and port ${port}${orListed}`;
    }
    const { origin } = headers;
    // A proxy that is reached by a listed name may speak TLS where this server does not.
    const schemes: readonly Scheme[] = isListed ? ['https', scheme] : [scheme];
    if (origin === undefined || schemes.some((one) => this.#isSamePage(origin, one, host))) {
      return null;
    }
    return `Origin "${origin}": expected ${scheme}:// and this machine's own address and port ${port}`;
  }

  #isSamePage(origin: string, scheme: Scheme, host: HostAndPort): boolean {
    const prefix = `${scheme}://`;
    const from = origin.startsWith(prefix) ? splitHost(origin.slice(prefix.length).toLowerCase()) : null;
    if (from === null || (from.port ?? DEFAULT_PORTS[scheme]) !== (host.port ?? DEFAULT_PORTS[scheme])) {
      return false;
    }
    // A loopback page may have been opened by another of this machine's names.
    return from.name === host.name || (isLoopbackHost(from.name) && isLoopbackHost(host.name));
  }

  #isOwn(host: HostAndPort, port: number): boolean {
    if ((host.port ?? DEFAULT_PORTS[this.#options.scheme]) !== port) {
      return false;
    }
    return isLoopbackHost(host.name) || (!this.#isLoopback && this.#addresses().has(host.name.replace(/^\[|\]$/g, '')));
  }

  #isListed(host: HostAndPort): boolean {
    return this.#allowed.some(
      ({ name, port }) => name === host.name && (port === null || host.port === null || port === host.port),
    );
  }

  #addresses(): ReadonlySet<string> {
    const nowMs = performance.now();
    if (nowMs - this.#ownAddressesAtMs > ADDRESSES_COUNT_MS) {
      this.#ownAddressesAtMs = nowMs;
      const addresses = Object.values(os.networkInterfaces()).flatMap((one) => one ?? []);
      this.#ownAddresses = new Set([
        os.hostname().toLowerCase(),
        this.#options.bound.toLowerCase(),
        ...addresses.map(({ address }) => address.toLowerCase()),
      ]);
    }
    return this.#ownAddresses;
  }
}

function splitHost(text: string): HostAndPort | null {
  const match = /^(\[[0-9a-f:.]+\]|[a-z0-9._-]+)(?::(\d{1,5}))?$/.exec(text);
  return match === null ? null : { name: match[1] as string, port: match[2] === undefined ? null : Number(match[2]) };
}
