import { connect, createServer } from 'node:net';
import { describe, expect, it } from 'vitest';
import { LinkGivenUp, linkCauseOf } from '../../../src-main/openigtlink/link-cause.ts';

describe('why there is no link', () => {
  it('is told by what the operating system says of a real port that nobody listens at', async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as { port: number };
    await new Promise((resolve) => server.close(resolve));
    const error = await new Promise<Error>((resolve) => connect({ host: '127.0.0.1', port }).once('error', resolve));
    expect(linkCauseOf(error)).toBe('refused');
  });

  it('is our own where we gave it up, the peer’s where it closed, and never guessed', () => {
    expect(linkCauseOf(new LinkGivenUp('silent', 'nothing received for 2000 ms'))).toBe('silent');
    expect(linkCauseOf(null)).toBe('closed');
    expect(linkCauseOf(Object.assign(new Error('x'), { code: 'ENOTFOUND' }))).toBe('unknown-host');
    expect(linkCauseOf(Object.assign(new Error('x'), { code: 'ECONNRESET' }))).toBe('broken');
    expect(linkCauseOf(new Error('something new'))).toBe('broken');
  });
});
