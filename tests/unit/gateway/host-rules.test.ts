import os from 'node:os';
import { describe, expect, it } from 'vitest';
import { HostRules, isLoopbackHost } from '../../../src-main/gateway/access/host-rules.ts';

const PORT = 8050;

describe('HostRules on loopback', () => {
  const rules = new HostRules({ bound: '127.0.0.1', scheme: 'http', allowedHosts: [] });
  it.each([
    [{ host: '127.0.0.1:8050' }],
    [{ host: 'localhost:8050', origin: 'http://localhost:8050' }],
    [{ host: '[::1]:8050', origin: 'http://127.0.0.1:8050' }],
  ])('lets %o in', (headers) => {
    expect(rules.refusalOf(headers, PORT)).toBeNull();
  });

  it.each([
    ['no host at all', {}],
    ['a name that somebody’s DNS points here', { host: 'evil.example:8050' }],
    ['another port', { host: '127.0.0.1:8051' }],
    ['a name that only begins like ours', { host: '127.0.0.1.evil.example:8050' }],
    ['this machine’s name: loopback has none', { host: `${os.hostname()}:8050` }],
    ['a page from elsewhere', { host: '127.0.0.1:8050', origin: 'https://evil.example' }],
    ['a page on another port of this machine', { host: '127.0.0.1:8050', origin: 'http://127.0.0.1:3000' }],
    ['a page of another scheme', { host: '127.0.0.1:8050', origin: 'https://127.0.0.1:8050' }],
    ['a sandboxed page', { host: '127.0.0.1:8050', origin: 'null' }],
  ])('refuses %s and says what it saw', (_what, headers) => {
    expect(rules.refusalOf(headers, PORT)).toMatch(/^(Host|Origin) ".*": expected/);
  });
});

describe('HostRules beyond loopback', () => {
  const rules = new HostRules({ bound: '0.0.0.0', scheme: 'https', allowedHosts: ['console.hospital', 'proxy:444'] });
  const own = os.hostname().toLowerCase();
  it.each([
    [{ host: '127.0.0.1:8050' }],
    [{ host: `${own}:8050`, origin: `https://${own}:8050` }],
    [{ host: 'console.hospital', origin: 'https://console.hospital' }],
    [{ host: 'CONSOLE.hospital:8443', origin: 'https://console.hospital:8443' }],
    [{ host: 'proxy:444' }],
  ])('lets %o in', (headers) => {
    expect(rules.refusalOf(headers, PORT)).toBeNull();
  });

  it.each([
    ['a name nobody listed', { host: 'evil.example:8050' }],
    ['a listed name with another port', { host: 'proxy:445' }],
    ['a page of another listed name', { host: 'console.hospital', origin: 'https://proxy:444' }],
    ['a page on another port of the same name', { host: 'console.hospital', origin: 'https://console.hospital:444' }],
    ['a page without TLS', { host: `${own}:8050`, origin: `http://${own}:8050` }],
  ])('refuses %s', (_what, headers) => {
    expect(rules.refusalOf(headers, PORT)).toMatch(/^(Host|Origin) ".*": expected/);
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
