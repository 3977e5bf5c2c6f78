import { randomBytes } from 'node:crypto';
import type { Identity } from './identity.ts';

/** A working day: whoever comes in the next morning proves again who they are. */
const SESSION_MS = 12 * 3600 * 1000;
/** More browsers than this are nobody's operating room; the one that has been there longest is signed out. */
const MOST_SESSIONS = 256;
const ID_BYTES = 32;

/**
 * Browsers that have proved who they are. They hold a random id in a cookie that scripts cannot read and other sites
 * cannot send; the token itself is not kept by the page. Over when the token is, and forgotten when the engine ends.
 */
export class BrowserSessions {
  readonly #sessions = new Map<string, Identity>();
  readonly #isSecure: boolean;
  readonly #now: () => number;

  /** `isSecure`: the cookie is for TLS only. */
  constructor(isSecure: boolean, now: () => number = Date.now) {
    this.#isSecure = isSecure;
    this.#now = now;
  }

  /** Cookie names with this prefix are only taken from this very host, over TLS. */
  get #cookieName(): string {
    return this.#isSecure ? '__Host-ultramotion' : 'ultramotion';
  }

  /** Returns the `Set-Cookie` value. */
  open(identity: Identity): string {
    const id = randomBytes(ID_BYTES).toString('base64url');
    const nowMs = this.#now();
    const limitMs = nowMs + SESSION_MS;
    if (this.#sessions.size >= MOST_SESSIONS) {
      const [oldest] = this.#sessions.keys();
      this.#sessions.delete(oldest as string);
    }
    const expiresAtMs = Math.min(limitMs, identity.expiresAtMs ?? limitMs);
    this.#sessions.set(id, { ...identity, expiresAtMs, session: Symbol('browser') });
    return this.#cookie(id, Math.floor((expiresAtMs - nowMs) / 1000));
  }

  find(cookieHeader: string | undefined, address: string): Identity | null {
    const id = this.#idIn(cookieHeader);
    const session = id === null ? undefined : this.#sessions.get(id);
    if (id === null || session === undefined) {
      return null;
    }
    if (this.#now() >= (session.expiresAtMs as number) || session.isRevoked?.() === true) {
      this.#sessions.delete(id);
      return null;
    }
    return { ...session, address };
  }

  /** Signs out; returns the `Set-Cookie` value that takes the cookie back, and which session has ended. */
  end(cookieHeader: string | undefined): { readonly cookie: string; readonly session: symbol | null } {
    const id = this.#idIn(cookieHeader);
    const session = (id === null ? undefined : this.#sessions.get(id)?.session) ?? null;
    if (id !== null) {
      this.#sessions.delete(id);
    }
    return { cookie: this.#cookie('', 0), session };
  }

  #cookie(value: string, maxAgeS: number): string {
    const secure = this.#isSecure ? '; Secure' : '';
    return `${this.#cookieName}=${value}; Path=/; Max-Age=${maxAgeS}; HttpOnly; SameSite=Strict${secure}`;
  }

  #idIn(cookieHeader: string | undefined): string | null {
    for (const part of (cookieHeader ?? '').split(';')) {
      const [name, value] = part.trim().split('=', 2);
      if (name === this.#cookieName && value !== undefined && value !== '') {
        return value;
      }
    }
    return null;
  }
}
