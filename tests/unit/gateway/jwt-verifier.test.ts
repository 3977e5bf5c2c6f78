import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { type JWTPayload, SignJWT } from 'jose';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { JwtVerifier } from '../../../src-main/gateway/access/jwt-verifier.ts';

const folder = mkdtempSync(path.join(os.tmpdir(), 'ultramotion-jwt-'));
const jwksFile = path.join(folder, 'jwks.json');
afterAll(() => rmSync(folder, { recursive: true }));

const rules = { jwksFile, issuer: 'https://id.hospital', audience: 'ultramotion' };
const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
const secret = randomBytes(32);
const rsaJwk = { ...rsa.publicKey.export({ format: 'jwk' }), kid: 'rsa-1', alg: 'RS256', use: 'sig' };
const octJwk = { kty: 'oct', k: secret.toString('base64url'), kid: 'hmac-1', alg: 'HS256' };

const GOOD = { iss: rules.issuer, aud: rules.audience, sub: 'dr.a', role: 'operate' };
const nowS = () => Math.floor(Date.now() / 1000);

function sign(claims: JWTPayload, header: { alg: string; kid?: string }, key: Parameters<SignJWT['sign']>[0]) {
  return new SignJWT({ exp: nowS() + 60, ...claims }).setProtectedHeader(header).sign(key);
}
const byRsa = (claims: JWTPayload = GOOD) => sign(claims, { alg: 'RS256', kid: 'rsa-1' }, rsa.privateKey);
const byHmac = (claims: JWTPayload = GOOD) => sign(claims, { alg: 'HS256', kid: 'hmac-1' }, secret);
const writeKeys = (...keys: object[]) => writeFileSync(jwksFile, JSON.stringify({ keys }));

describe('JwtVerifier', () => {
  beforeEach(() => writeKeys(rsaJwk, octJwk));

  it('takes both algorithms and says who, which role and until when', async () => {
    const verifier = new JwtVerifier(rules);
    for (const token of [await byRsa(), await byHmac()]) {
      const identity = await verifier.verify(token);
      expect(identity).toMatchObject({ subject: 'dr.a', role: 'operate' });
      expect(identity.expiresAtMs).toBeGreaterThan(Date.now());
    }
    expect(await verifier.verify(await byRsa({ ...GOOD, role: 'view' }))).toMatchObject({ role: 'view' });
  });

  const old = { iat: 1, exp: nowS() - 31 };
  it.each<[string, () => Promise<string> | string]>([
    ['nothing like a token', () => 'garbage'],
    ['another issuer', () => byRsa({ ...GOOD, iss: 'https://evil' })],
    ['another audience', () => byRsa({ ...GOOD, aud: 'other' })],
    ['no audience', () => byRsa({ iss: GOOD.iss, role: 'operate' })],
    ['an end that has passed', () => byRsa({ ...GOOD, ...old })],
    ['a beginning to come', () => byRsa({ ...GOOD, nbf: nowS() + 120 })],
    ['no end', () => new SignJWT(GOOD).setProtectedHeader({ alg: 'HS256', kid: 'hmac-1' }).sign(secret)],
    ['no kid', () => sign(GOOD, { alg: 'HS256' }, secret)],
    ['an unknown kid', () => sign(GOOD, { alg: 'HS256', kid: 'hmac-2' }, secret)],
    ['another key', () => sign(GOOD, { alg: 'HS256', kid: 'hmac-1' }, randomBytes(32))],
    [
      'an HMAC made with the public RSA key',
      () =>
        sign(GOOD, { alg: 'HS256', kid: 'rsa-1' }, Buffer.from(rsa.publicKey.export({ type: 'spki', format: 'pem' }))),
    ],
    ['another algorithm of the same key', () => sign(GOOD, { alg: 'RS512', kid: 'rsa-1' }, rsa.privateKey)],
    [
      'no signature at all',
      () => {
        const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
        return `${part({ alg: 'none', kid: 'rsa-1' })}.${part({ ...GOOD, exp: nowS() + 60 })}.`;
      },
    ],
  ])('refuses %s', async (_what, make) => {
    await expect(new JwtVerifier(rules).verify(await make())).rejects.toMatchObject({ statusCode: 401 });
  });

  it('knows who it is but lets nobody in without a role', async () => {
    for (const role of [undefined, 'admin', ['operate']]) {
      await expect(new JwtVerifier(rules).verify(await byRsa({ ...GOOD, role }))).rejects.toMatchObject({
        statusCode: 403,
      });
    }
  });

  it('rotates: old and new key side by side, then the old one opens nothing', async () => {
    let nowMs = 0;
    const verifier = new JwtVerifier(rules, () => nowMs);
    const next = randomBytes(32);
    const nextJwk = { kty: 'oct', k: next.toString('base64url'), kid: 'hmac-2' };
    const byNext = () => sign(GOOD, { alg: 'HS256', kid: 'hmac-2' }, next);
    const rotate = (...keys: object[]) => {
      const { mtimeMs } = statSync(jwksFile);
      writeKeys(...keys);
      utimesSync(jwksFile, new Date(), new Date(mtimeMs + 1000));
      nowMs += 1000;
    };
    await expect(verifier.verify(await byNext())).rejects.toMatchObject({ statusCode: 401 });
    rotate(octJwk, nextJwk);
    expect(await verifier.verify(await byNext())).toMatchObject({ subject: 'dr.a' });
    expect(await verifier.verify(await byHmac())).toMatchObject({ subject: 'dr.a' });
    rotate(nextJwk);
    await expect(verifier.verify(await byHmac())).rejects.toMatchObject({ statusCode: 401 });
  });

  it.each<[string, object[], RegExp]>([
    ['no keys', [], /keys/],
    [
      'an HMAC key that is too short',
      [{ ...octJwk, k: randomBytes(16).toString('base64url') }],
      /shorter than 32 bytes/,
    ],
    ['a private RSA key', [{ ...rsa.privateKey.export({ format: 'jwk' }), kid: 'a' }], /private key/],
    ['an algorithm that is not taken here', [{ ...octJwk, alg: 'HS512' }], /alg/],
    ['a key without a kid', [{ kty: 'oct', k: octJwk.k }], /kid/],
    ['two keys with one kid', [octJwk, octJwk], /one kid/],
  ])('does not start with %s', (_what, keys, words) => {
    writeKeys(...keys);
    expect(() => new JwtVerifier(rules)).toThrow(words);
  });
});
