import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { StaticTokens, strongToken } from '../../../src-main/gateway/access/static-tokens.ts';
import { WatchedFile } from '../../../src-main/gateway/access/watched-file.ts';
import { say } from '../../../src-shared/index.ts';

const folder = mkdtempSync(path.join(os.tmpdir(), 'ultramotion-tokens-'));
afterAll(() => rmSync(folder, { recursive: true }));
const random = () => randomBytes(32).toString('hex');

describe('strongToken', () => {
  it.each([
    ['short', '0123456789abcdef'],
    ['a placeholder', 'change_me_secure_token_0123456789abcdef'],
    ['a placeholder in other spelling', 'CHANGE-ME-0123456789abcdefghijklmn'],
    ['an example', 'your-operate-key-0123456789abcdefghij'],
    ['the same characters again and again', 'abcabcabcabcabcabcabcabcabcabcabcabc'],
    ['no header value', 'ü0123456789abcdefghijklmnopqrstuvwxyz'],
    ['two lines', `${'0123456789abcdef'.repeat(2)}\n${'0123456789abcdef'.repeat(2)}`],
    ['longer than a header', 'a1b2c3d4e5f6g7h8'.repeat(300)],
  ])('refuses one that is %s, without repeating it', (_what, token) => {
    expect(() => strongToken(token, 'the token')).toThrow(/^the token .*openssl rand/);
    expect(() => strongToken(token, 'the token')).not.toThrow(token);
  });

  it.each([random(), randomBytes(32).toString('base64'), randomBytes(32).toString('base64url')])(
    'takes a random one',
    (token) => {
      expect(strongToken(token, 'the token')).toBe(token);
    },
  );
});

describe('StaticTokens', () => {
  it('knows the role of each token and of nothing else', () => {
    const [operate, view] = [random(), random()];
    const file = path.join(folder, 'view');
    writeFileSync(file, `${view}\n`);
    const tokens = new StaticTokens([
      { role: 'operate', file: null, value: operate },
      { role: 'view', file, value: null },
    ]);
    expect(tokens.roleOf(operate)).toBe('operate');
    expect(tokens.roleOf(view)).toBe('view');
    for (const other of ['', random(), operate.slice(1), `${operate}0`, operate.toUpperCase()]) {
      expect(tokens.roleOf(other)).toBeNull();
    }
  });

  it('gives the higher role where both tokens are the same', () => {
    const both = random();
    const tokens = new StaticTokens([
      { role: 'operate', file: null, value: both },
      { role: 'view', file: null, value: both },
    ]);
    expect(tokens.roleOf(both)).toBe('operate');
  });

  it('is not started with a file that is not there or guards nothing', () => {
    const weak = path.join(folder, 'weak');
    writeFileSync(weak, 'change_me\n');
    expect(() => new StaticTokens([{ role: 'view', file: weak, value: null }])).toThrow(/view token in .*weak/);
    expect(() => new StaticTokens([{ role: 'view', file: path.join(folder, 'none'), value: null }])).toThrow(/ENOENT/);
  });
});

describe('WatchedFile', () => {
  it('follows its file, and keeps the last good version when the next one is not usable', () => {
    const file = path.join(folder, 'watched');
    let nowMs = 0;
    writeFileSync(file, 'one');
    const watched = new WatchedFile(
      file,
      (text) => {
        if (text === '') throw new Error('it is empty');
        return text;
      },
      () => nowMs,
    );
    expect(watched.current()).toBe('one');
    writeFileSync(file, 'second');
    expect(watched.current()).toBe('one');
    nowMs += 1000;
    expect(watched.current()).toBe('second');
    writeFileSync(file, '');
    nowMs += 1000;
    expect(watched.current()).toBe('second');
    expect(watched.problem).toEqual(say('access.file', { file, why: 'it is empty' }));
    writeFileSync(file, 'third one');
    nowMs += 1000;
    expect(watched.current()).toBe('third one');
    expect(watched.problem).toBeNull();
  });
});
