import { describe, expect, it } from 'vitest';
import { parseSourceAddress } from '../../../src-main/acquisition/index.ts';

describe('parseSourceAddress', () => {
  it.each([
    ['phantom', { scheme: 'phantom', seed: 1 }],
    ['phantom:42', { scheme: 'phantom', seed: 42 }],
    ['igtl://10.0.0.5', { scheme: 'igtl', host: '10.0.0.5', port: 18944 }],
    ['igtl://localhost:18950', { scheme: 'igtl', host: '127.0.0.1', port: 18950 }],
    ['igtl://[::1]:7', { scheme: 'igtl', host: '::1', port: 7 }],
    ['/data/sweep.igs.mha', { scheme: 'file', path: '/data/sweep.igs.mha' }],
    ['C:\\data\\sweep.nrrd', { scheme: 'file', path: 'C:\\data\\sweep.nrrd' }],
  ])('understands %s', (address, expected) => {
    expect(parseSourceAddress(address)).toEqual(expected);
  });

  it.each([
    ['phantom:x', /seed "x"/],
    ['phantom:-1', /seed "-1"/],
    ['http://127.0.0.1', /expected igtl/],
    ['igtl://h:70000', /port from 0 to 65535/],
    ['sweep.dcm', /\.mha/],
    ['\\\\host\\share\\sweep.mha', /a network share/],
    ['//host/share/sweep.mha', /a network share/],
    ['\\/host/share/sweep.nrrd', /a network share/],
    ['igtl://169.254.169.254:80', /169\.254\.169\.254 is a link-local address/],
    ['igtl://[fe80::1]', /link-local/],
    ['igtl://2852039166', /link-local/],
  ])('refuses %s in words', (address, words) => {
    expect(() => parseSourceAddress(address)).toThrow(words);
  });
});
