import { errors, importJWK, type JWK, type JWTPayload, jwtVerify, type ProtectedHeaderParameters } from 'jose';
import { z } from 'zod';
import type { Saying } from '../../../src-shared/index.ts';
import { Refused, ROLES, type Role } from './identity.ts';
import { WatchedFile } from './watched-file.ts';

/** Clocks of two machines in one building differ by less. */
const CLOCK_TOLERANCE_S = 30;
/** RFC 7518, 3.2: an HS256 key shorter than its hash weakens it. */
const SHORTEST_HMAC_KEY_BYTES = 32;
const SHORTEST_RSA_MODULUS_BYTES = 256;
const MOST_KEYS = 16;

const kid = z.string().min(1).max(256);
const base64url = z.string().regex(/^[A-Za-z0-9_-]+$/);
const bytesOf = (text: string): number => Math.floor((text.length * 3) / 4);

/** The two kinds of keys there are here; everything else in a key set is refused rather than passed over. */
const jwkSchema = z.discriminatedUnion('kty', [
  z.object({
    kty: z.literal('oct'),
    kid,
    alg: z.literal('HS256').default('HS256'),
    k: base64url.refine((k) => bytesOf(k) >= SHORTEST_HMAC_KEY_BYTES, `shorter than ${SHORTEST_HMAC_KEY_BYTES} bytes`),
  }),
  z.object({
    kty: z.literal('RSA'),
    kid,
    alg: z.literal('RS256').default('RS256'),
    n: base64url.refine((n) => bytesOf(n) >= SHORTEST_RSA_MODULUS_BYTES, 'shorter than 2048 bits'),
    e: base64url,
    d: z.never('a private key does not belong here: only its public half').optional(),
  }),
]);
const jwksSchema = z
  .object({ keys: z.array(jwkSchema).min(1).max(MOST_KEYS) })
  .refine(({ keys }) => new Set(keys.map((key) => key.kid)).size === keys.length, 'two keys with one kid');
type Jwk = z.infer<typeof jwkSchema>;

export interface JwtRules {
  /** JSON Web Key Set of local keys; replaced while running to rotate them. */
  readonly jwksFile: string;
  readonly issuer: string;
  readonly audience: string;
}

export interface JwtIdentity {
  readonly subject: string;
  readonly role: Role;
  readonly expiresAtMs: number;
}

/**
 * JSON Web Tokens, HS256 or RS256. Each key is bound to the one algorithm of its kind and found by `kid`, so that neither
 * `alg: none` nor an HMAC made with a public key gets in; `iss`, `aud` and `exp` must be there. The claim `role` says
 * `view` or `operate`.
 */
export class JwtVerifier {
  readonly #rules: JwtRules;
  readonly #keys: WatchedFile<ReadonlyMap<string, Jwk>>;

  /** @throws {Error} when the key set cannot be read or is not one. */
  constructor(rules: JwtRules, now: () => number = Date.now) {
    this.#rules = rules;
    this.#keys = new WatchedFile(rules.jwksFile, parseKeySet, now);
  }

  get problem(): Saying | null {
    return this.#keys.problem;
  }

  /** @throws {Refused} 401 for a token that proves nothing, 403 for one without a role. */
  async verify(token: string): Promise<JwtIdentity> {
    let payload: JWTPayload;
    try {
      ({ payload } = await jwtVerify(token, (header) => this.#keyOf(header), {
        algorithms: ['HS256', 'RS256'],
        issuer: this.#rules.issuer,
        audience: this.#rules.audience,
        clockTolerance: CLOCK_TOLERANCE_S,
        requiredClaims: ['exp'],
      }));
    } catch (error) {
      throw new Refused(401, error instanceof errors.JOSEError ? error.message : 'the token could not be verified');
    }
    const role = ROLES.find((one) => one === payload['role']);
    if (role === undefined) {
      throw new Refused(403, `the token’s claim "role" is neither ${ROLES.join(' nor ')}`);
    }
    return {
      subject: payload.sub ?? 'unnamed',
      role,
      expiresAtMs: ((payload.exp as number) + CLOCK_TOLERANCE_S) * 1000,
    };
  }

  #keyOf(header: ProtectedHeaderParameters): ReturnType<typeof importJWK> {
    const key = header.kid === undefined ? undefined : this.#keys.current().get(header.kid);
    if (key === undefined || key.alg !== header.alg) {
      throw new errors.JWKSNoMatchingKey();
    }
    return importJWK(key as JWK, key.alg);
  }
}

function parseKeySet(text: string): ReadonlyMap<string, Jwk> {
  const parsed = jwksSchema.safeParse(JSON.parse(text));
  if (!parsed.success) {
    const faults = parsed.error.issues.map((issue) => `${issue.path.join('.') || 'key set'}: ${issue.message}`);
    throw new Error(faults.join('; '));
  }
  return new Map(parsed.data.keys.map((key) => [key.kid, key]));
}
