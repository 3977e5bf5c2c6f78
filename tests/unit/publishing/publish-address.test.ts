import { describe, expect, it } from 'vitest';
import { parsePublishAddress } from '../../../src-main/publishing/index.ts';

describe('parsePublishAddress', () => {
  it('knows both roles and their default ports', () => {
    expect(parsePublishAddress('igtl-server://127.0.0.1', [])).toEqual({
      role: 'server',
      host: '127.0.0.1',
      port: 18945,
    });
    expect(parsePublishAddress('igtl://slicer-pc', [])).toEqual({ role: 'client', host: 'slicer-pc', port: 18944 });
  });

  it('takes localhost as the IPv4 address that the C++ library can reach', () => {
    expect(parsePublishAddress('igtl-server://localhost:1', []).host).toBe('127.0.0.1');
  });

  it('refuses to listen beyond this machine without a list of peers', () => {
    expect(() => parsePublishAddress('igtl-server://0.0.0.0:18945', [])).toThrow(/publish\.allowedPeers/);
    expect(parsePublishAddress('igtl-server://0.0.0.0:18945', ['10.0.0.7']).host).toBe('0.0.0.0');
  });

  it.each(['', 'tcp://x:1', 'igtl://', 'igtl://h:99999', 'igtl://a b', 'igtl://169.254.169.254:80'])(
    'refuses "%s" and says what is expected',
    (address) => {
      expect(() => parsePublishAddress(address, [])).toThrow(/expected/);
    },
  );
});
