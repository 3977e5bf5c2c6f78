import { createHash, timingSafeEqual } from 'node:crypto';
import type { Saying } from '../../../src-shared/index.ts';
import type { Role } from './identity.ts';
import { WatchedFile } from './watched-file.ts';

/** 32 random base64 characters hold 192 bits: more than anybody tries. */
const SHORTEST_TOKEN = 32;
/** A header line holds no more with comfort, and hashing is not for free. */
const LONGEST_TOKEN = 4096;
/** A random token of this length has about 25 different characters; `aaaa…` and `12341234…` do not. */
const FEWEST_DIFFERENT = 10;
const PLACEHOLDER = /change[-_ ]?me|change[-_ ]?this|your[-_ ]|example|placeholder|password|secret|default|token|todo/i;

/** A token that guards nothing; the message says why, never the token. */
export class WeakToken extends Error {
  override readonly name = 'WeakToken';
}

export interface TokenSource {
  readonly role: Role;
  /** File that holds one token, read again when it changes. */
  readonly file: string | null;
  /** The token itself, from the environment. */
  readonly value: string | null;
}

/** Fixed bearer tokens, one at most of each source; kept as digests, so that comparing takes the same time for all. */
export class StaticTokens {
  readonly #entries: {
    readonly role: Role;
    readonly digest: () => Buffer;
    readonly file: WatchedFile<Buffer> | null;
  }[];

  /** @throws {WeakToken | Error} for a token that guards nothing or a file that cannot be read. */
  constructor(sources: readonly TokenSource[]) {
    this.#entries = sources.flatMap(({ role, file, value }) => {
      const name = `${role} token`;
      const found = [];
      if (value !== null) {
        const digest = digestOf(strongToken(value, `the ${name} of the environment`));
        found.push({ role, digest: () => digest, file: null });
      }
      if (file !== null) {
        const watched = new WatchedFile(file, (text) => digestOf(strongToken(text.trim(), `the ${name} in ${file}`)));
        found.push({ role, digest: () => watched.current(), file: watched });
      }
      return found;
    });
  }

  get isEmpty(): boolean {
    return this.#entries.length === 0;
  }

  /** Why newer token files are not in use. */
  get problems(): Saying[] {
    return this.#entries.flatMap(({ file }) => file?.problem ?? []);
  }

  /** The highest role that `token` proves, or null. Compares with all of them whatever the outcome. */
  roleOf(token: string): Role | null {
    return this.#roleOfDigest(digestOf(token));
  }

  /** Tells from now on whether `token` proves this role no more; the token itself is not kept. */
  revocationOf(token: string, role: Role): () => boolean {
    const digest = digestOf(token);
    return () => this.#roleOfDigest(digest) !== role;
  }

  #roleOfDigest(digest: Buffer): Role | null {
    let role: Role | null = null;
    for (const entry of this.#entries) {
      if (timingSafeEqual(entry.digest(), digest) && role !== 'operate') {
        role = entry.role;
      }
    }
    return role;
  }
}

/** @throws {WeakToken} */
export function strongToken(token: string, name: string): string {
  const fault =
    token.length < SHORTEST_TOKEN
      ? `has ${token.length} characters: at least ${SHORTEST_TOKEN} are needed`
      : token.length > LONGEST_TOKEN
        ? `has ${token.length} characters: at most ${LONGEST_TOKEN} are allowed`
        : PLACEHOLDER.test(token)
          ? 'is a placeholder, not a secret'
          : new Set(token).size < FEWEST_DIFFERENT
            ? 'repeats the same few characters'
            : /^[A-Za-z0-9._~+/=-]+$/.test(token)
              ? null
              : 'holds characters that a header cannot carry';
  if (fault !== null) {
    throw new WeakToken(`${name} ${fault}; make one with: openssl rand -hex 32`);
  }
  return token;
}

const digestOf = (token: string): Buffer => createHash('sha256').update(token).digest();
