import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { AccessControl, type AccessOptions } from '../../../src-main/gateway/access/access-control.ts';
import { BrowserSessions } from '../../../src-main/gateway/access/browser-sessions.ts';
import { say } from '../../../src-shared/index.ts';
import { eventually } from '../../support/processes.ts';

const operate = randomBytes(32).toString('hex');
const view = randomBytes(32).toString('hex');
const tokens: AccessOptions['tokens'] = [
  { role: 'operate', file: null, value: operate },
  { role: 'view', file: null, value: view },
];
const LOCAL: AccessOptions = {
  host: '127.0.0.1',
  allowedHosts: [],
  hasTls: false,
  insecure: false,
  tokens: [],
  jwt: null,
};

describe('AccessControl', () => {
  it('trusts whoever sits at this machine when no token was made', async () => {
    const control = new AccessControl(LOCAL);
    expect(control.demandsToken).toBe(false);
    expect(await control.identify({}, '127.0.0.1')).toMatchObject({ who: 'local', role: 'operate' });
  });

  it('demands a made token on this machine too', async () => {
    const control = new AccessControl({ ...LOCAL, tokens });
    await expect(control.identify({}, '127.0.0.1')).rejects.toMatchObject({ statusCode: 401 });
  });

  it.each<[string, Partial<AccessOptions>, RegExp]>([
    ['beyond loopback without a token', { host: '0.0.0.0', hasTls: true }, /0\.0\.0\.0.*no token.*use 127\.0\.0\.1/],
    ['without TLS', { host: '192.168.1.20', tokens }, /without TLS.*http\.tlsCertFile.*http\.insecure/],
    ['for a proxy without a token', { allowedHosts: ['console.hospital'] }, /console\.hospital.*no token/],
    ['with a weak token', { tokens: [{ role: 'view', file: null, value: 'change_me' }] }, /view token/],
  ])('is not served %s', (_what, options, words) => {
    expect(() => new AccessControl({ ...LOCAL, ...options })).toThrow(words);
  });

  it('says aloud that it was told to do without TLS', () => {
    expect(new AccessControl({ ...LOCAL, host: '0.0.0.0', tokens, insecure: true }).warning).toEqual(
      say('access.no-tls', { reachable: say('access.host', { host: '0.0.0.0' }) }),
    );
    expect(new AccessControl({ ...LOCAL, host: '0.0.0.0', tokens, hasTls: true }).warning).toBeNull();
    expect(new AccessControl({ ...LOCAL, tokens, insecure: true }).warning).toBeNull();
  });

  it('takes the token from the header or from a WebSocket’s protocols, and nowhere else', async () => {
    const control = new AccessControl({ ...LOCAL, tokens });
    const inProtocol = `ultramotion, ultramotion.bearer.${Buffer.from(view).toString('base64url')}`;
    expect(await control.identify({ authorization: `Bearer ${operate}` }, 'a')).toMatchObject({ role: 'operate' });
    expect(await control.identify({ authorization: `bearer  ${view}` }, 'a')).toMatchObject({ role: 'view' });
    expect(await control.identify({ 'sec-websocket-protocol': inProtocol }, 'a')).toMatchObject({ role: 'view' });
    for (const headers of [{ authorization: operate }, { authorization: `Basic ${operate}` }, { cookie: operate }]) {
      await expect(control.identify(headers, 'a')).rejects.toMatchObject({ statusCode: 401 });
    }
  });

  it('ends what was opened with a token that is taken back, and nothing else', async () => {
    const folder = mkdtempSync(path.join(os.tmpdir(), 'tokens-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const file = path.join(folder, 'view');
    writeFileSync(file, view);
    const control = new AccessControl({
      ...LOCAL,
      tokens: [
        { role: 'operate', file: null, value: operate },
        { role: 'view', file, value: null },
      ],
    });
    const identityOf = (token: string) => control.identifyToken(token, 'a');
    const cookieOf = async (token: string) => control.sessions.open(await identityOf(token)).split(';', 1)[0] as string;
    const [taken, kept] = [await cookieOf(view), await cookieOf(operate)];
    const bearer = await identityOf(view);
    expect(await control.identify({ cookie: taken }, 'a')).toMatchObject({ role: 'view' });
    expect(bearer.isRevoked?.()).toBe(false);
    writeFileSync(file, randomBytes(32).toString('hex'));
    await eventually('the new file to be read', 15_000, () => (bearer.isRevoked?.() === true ? true : null));
    await expect(control.identify({ cookie: taken }, 'a')).rejects.toMatchObject({ statusCode: 401 });
    expect(await control.identify({ cookie: kept }, 'a')).toMatchObject({ role: 'operate' });
  });
});

describe('BrowserSessions', () => {
  const identity = { who: 'dr.a', role: 'view', address: '10.0.0.1', expiresAtMs: null, session: null } as const;
  const cookieOf = (setCookie: string) => setCookie.split(';', 1)[0] as string;

  it('gives a cookie that scripts cannot read and other sites cannot send', () => {
    let nowMs = 1_000_000;
    const passing = () => nowMs++;
    expect(new BrowserSessions(true, passing).open(identity)).toMatch(
      /^__Host-ultramotion=[\w-]{43}; Path=\/; Max-Age=43200; HttpOnly; SameSite=Strict; Secure$/,
    );
    expect(new BrowserSessions(false, passing).open(identity)).toMatch(/^ultramotion=.*HttpOnly; SameSite=Strict$/);
  });

  it('knows a browser again until it signs out', () => {
    const sessions = new BrowserSessions(true);
    const cookie = cookieOf(sessions.open(identity));
    expect(sessions.find(`theme=dark; ${cookie}`, '10.0.0.2')).toMatchObject({ who: 'dr.a', address: '10.0.0.2' });
    expect(sessions.find(`${cookie}x`, 'a')).toBeNull();
    expect(sessions.find(undefined, 'a')).toBeNull();
    expect(sessions.end(cookie).cookie).toMatch(/=; .*Max-Age=0/);
    expect(sessions.find(cookie, 'a')).toBeNull();
  });

  it('ends with the token it was opened with, and after a working day at the latest', () => {
    let nowMs = 1_000_000;
    const sessions = new BrowserSessions(true, () => nowMs);
    const short = cookieOf(sessions.open({ ...identity, expiresAtMs: nowMs + 60_000 }));
    const day = cookieOf(sessions.open(identity));
    nowMs += 60_000;
    expect(sessions.find(short, 'a')).toBeNull();
    expect(sessions.find(day, 'a')).not.toBeNull();
    nowMs += 12 * 3600 * 1000;
    expect(sessions.find(day, 'a')).toBeNull();
  });
});
