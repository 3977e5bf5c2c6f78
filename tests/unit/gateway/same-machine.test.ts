import { describe, expect, it } from 'vitest';
import { isLoopbackHost, refusalOf } from '../../../src-main/gateway/same-machine.ts';

describe('refusalOf', () => {
  const PORT = 8050;
  it.each([
    [{ host: '127.0.0.1:8050' }],
    [{ host: 'localhost:8050', origin: 'http://localhost:8050' }],
    [{ host: '[::1]:8050', origin: 'http://127.0.0.1:8050' }],
  ])('lets %o in', (headers) => {
    expect(refusalOf(headers, PORT)).toBeNull();
  });

  it.each([
    ['no host at all', {}],
    ['a name that somebody’s DNS points here', { host: 'evil.example:8050' }],
    ['another port', { host: '127.0.0.1:8051' }],
    ['a name that only begins like ours', { host: '127.0.0.1.evil.example:8050' }],
    ['a page from elsewhere', { host: '127.0.0.1:8050', origin: 'https://evil.example' }],
    ['a page on another port of this machine', { host: '127.0.0.1:8050', origin: 'http://127.0.0.1:3000' }],
    ['a sandboxed page', { host: '127.0.0.1:8050', origin: 'null' }],
  ])('refuses %s and says what it saw', (_what, headers) => {
    expect(refusalOf(headers, PORT)).toMatch(/^(Host|Origin) ".*": expected/);
  });
});

describe('isLoopbackHost', () => {
  it.each(['127.0.0.1', '127.8.9.1', 'localhost', '::1'])('%s is this machine', (host) => {
    expect(isLoopbackHost(host)).toBe(true);
  });
  it.each(['0.0.0.0', '192.168.1.1', '::', 'example.org', '127.0.0.1.example.org'])('%s is not', (host) => {
    expect(isLoopbackHost(host)).toBe(false);
  });
});
