import type { IncomingHttpHeaders } from 'node:http';
import { inEnglish, type Saying, say } from '../../../src-shared/index.ts';
import { BrowserSessions } from './browser-sessions.ts';
import { isLoopbackHost } from './host-rules.ts';
import { type Identity, Refused } from './identity.ts';
import { type JwtRules, JwtVerifier } from './jwt-verifier.ts';
import { StaticTokens, type TokenSource } from './static-tokens.ts';

/** A WebSocket client that cannot send headers offers this protocol and, beside it, its token. */
export const SOCKET_PROTOCOL = 'ultramotion';
const SOCKET_TOKEN_PREFIX = 'ultramotion.bearer.';

/** Where the server is bound and what opens it. */
export interface AccessOptions {
  readonly host: string;
  /** Further names it is reached by; with any, it is not this machine's alone. */
  readonly allowedHosts: readonly string[];
  readonly hasTls: boolean;
  /** Serve other machines without TLS: tokens and pictures can be read on the way. */
  readonly insecure: boolean;
  readonly tokens: readonly TokenSource[];
  /** Null: no JSON Web Tokens. */
  readonly jwt: JwtRules | null;
}

/** What was asked for must not be served; the message says what is missing. */
export class AccessUnsafe extends Error {
  override readonly name = 'AccessUnsafe';
}

/**
 * Who may do what (design, section 6). A server that only this machine reaches and for which no token was made trusts
 * whoever sits here; every other one demands a token with every request, and TLS unless that was waived in so many words.
 */
export class AccessControl {
  readonly sessions: BrowserSessions;
  readonly #tokens: StaticTokens;
  readonly #jwt: JwtVerifier | null;
  readonly #isOpen: boolean;
  /** Why what is sent can be read by others, for the operator; null when it cannot. */
  readonly warning: Saying | null;

  /** @throws {AccessUnsafe | WeakToken | Error} naming what is missing, weak or cannot be read. */
  constructor(options: AccessOptions) {
    const isLocal = isLoopbackHost(options.host) && options.allowedHosts.length === 0;
    this.#tokens = new StaticTokens(options.tokens);
    this.#jwt = options.jwt === null ? null : new JwtVerifier(options.jwt);
    const hasTokens = !this.#tokens.isEmpty || this.#jwt !== null;
    // A listed name means a proxy on this machine, which may speak TLS for us.
    const needsTls = !isLoopbackHost(options.host) && !options.hasTls;
    if (!isLocal && !hasTokens) {
      throw new AccessUnsafe(
        `${inEnglish(reachable(options))}, and no token is set: set http.operateTokenFile (or http.jwksFile), or use 127.0.0.1`,
      );
    }
    if (needsTls && !options.insecure) {
      throw new AccessUnsafe(
        `${inEnglish(reachable(options))} without TLS: set http.tlsCertFile and http.tlsKeyFile, switch http.insecure on, or use 127.0.0.1`,
      );
    }
    this.#isOpen = !hasTokens;
    this.warning = needsTls ? say('access.no-tls', { reachable: reachable(options) }) : null;
    this.sessions = new BrowserSessions(options.hasTls);
  }

  /** True when every request must prove who sends it. */
  get demandsToken(): boolean {
    return !this.#isOpen;
  }

  /** Why newer tokens or keys are not in use. */
  get problems(): Saying[] {
    return [...this.#tokens.problems, ...(this.#jwt?.problem ? [this.#jwt.problem] : [])];
  }

  /** @throws {Refused} */
  async identify(headers: IncomingHttpHeaders, address: string): Promise<Identity> {
    if (this.#isOpen) {
      return { who: 'local', role: 'operate', address, expiresAtMs: null, session: null };
    }
    const token = bearerOf(headers) ?? socketTokenOf(headers);
    if (token !== null) {
      return this.identifyToken(token, address);
    }
    const session = this.sessions.find(headers.cookie, address);
    if (session === null) {
      throw new Refused(401, 'a token is needed: Authorization: Bearer …, or sign in with a browser');
    }
    return session;
  }

  /** @throws {Refused} */
  async identifyToken(token: string, address: string): Promise<Identity> {
    const role = this.#tokens.roleOf(token);
    if (role !== null) {
      const isRevoked = this.#tokens.revocationOf(token, role);
      return { who: `${role}-token`, role, address, expiresAtMs: null, session: null, isRevoked };
    }
    if (this.#jwt === null) {
      throw new Refused(401, 'this token is not known here');
    }
    const { subject, role: granted, expiresAtMs } = await this.#jwt.verify(token);
    return { who: subject, role: granted, address, expiresAtMs, session: null };
  }
}

const reachable = ({ host, allowedHosts }: AccessOptions): Saying =>
  isLoopbackHost(host) ? say('access.allowed-hosts', { hosts: allowedHosts.join(', ') }) : say('access.host', { host });

function bearerOf({ authorization }: IncomingHttpHeaders): string | null {
  return /^Bearer +([A-Za-z0-9._~+/=-]+) *$/i.exec(authorization ?? '')?.[1] ?? null;
}

/** Browsers' WebSockets carry no header of ours, and a query ends up in logs: the token rides in the protocol list. */
function socketTokenOf(headers: IncomingHttpHeaders): string | null {
  const offered = (headers['sec-websocket-protocol'] ?? '').split(',').map((one) => one.trim());
  const encoded = offered.find((one) => one.startsWith(SOCKET_TOKEN_PREFIX))?.slice(SOCKET_TOKEN_PREFIX.length);
  return encoded === undefined ? null : Buffer.from(encoded, 'base64url').toString('utf8');
}
