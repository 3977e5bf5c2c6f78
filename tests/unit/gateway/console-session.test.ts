import { describe, expect, it } from 'vitest';
import {
  CommandDesk,
  ConsoleSession,
  DESKTOP,
  type EngineBackend,
  type Identity,
} from '../../../src-main/gateway/index.ts';
import { CONSOLE_PROTOCOL, type EngineMessage } from '../../../src-shared/index.ts';

/** A console's end of the wire, and a backend that only notes what it is asked. */
function connect(identity: Identity = DESKTOP) {
  const received: EngineMessage[] = [];
  const noted = { acks: [] as number[], attached: 0, detached: 0, unsubscribed: 0, commands: [] as string[] };
  const audit: string[] = [];
  let closedFor: string | null = null;
  const backend = {
    build: '1.2.3',
    snapshot: () => ({ build: '1.2.3' }),
    latestKpi: () => null,
    now: () => 4711,
    subscribe: () => () => noted.unsubscribed++,
    attachDisplay: () => {
      noted.attached++;
      return { ack: (seq: number) => noted.acks.push(seq), detach: () => noted.detached++ };
    },
    execute: async (name: string) => {
      noted.commands.push(name);
      if (name === 'source.disconnect') throw new Error('no source to disconnect');
      return null;
    },
  } as unknown as EngineBackend;
  const session = new ConsoleSession(
    {
      sendText: (text) => received.push(JSON.parse(text) as EngineMessage),
      sendBinary: () => {},
      bufferedBytes: () => 0,
      close: (reason) => {
        closedFor = reason;
      },
    },
    backend,
    { identity, desk: new CommandDesk(backend, ({ what, outcome }) => audit.push(`${what} ${outcome}`)) },
  );
  const say = (message: unknown): void => session.receiveText(JSON.stringify(message));
  return { session, received, noted, audit, say, closedFor: () => closedFor };
}
const HELLO = { type: 'hello', protocol: CONSOLE_PROTOCOL, build: 'x' };

describe('ConsoleSession', () => {
  it('opens with hello and a snapshot', () => {
    expect(connect().received.map((message) => message.type)).toEqual(['hello', 'snapshot']);
  });

  it('sends no pictures to a page of figures', () => {
    const { noted, say, received } = connect();
    say({ ...HELLO, pictures: false });
    expect(noted.attached).toBe(0);
    expect(received.map((message) => message.type)).toEqual(['hello', 'snapshot']);
  });

  it('sends pictures only after the console said hello', () => {
    const { noted, say } = connect();
    expect(noted.attached).toBe(0);
    say(HELLO);
    say(HELLO);
    expect(noted.attached).toBe(1);
  });

  it('asks a console of another protocol to reload', () => {
    const { say, closedFor } = connect();
    say({ ...HELLO, protocol: 99 });
    expect(closedFor()).toMatch(/protocol 99: expected 1; reload/);
  });

  it('passes acknowledgements on and answers an echo with the engine’s clock', () => {
    const { noted, received, say } = connect();
    say(HELLO);
    say({ type: 'ack', seq: 3, paintedMs: null });
    say({ type: 'echo', consoleMs: 12.5 });
    expect(noted.acks).toEqual([3]);
    expect(received.at(-1)).toEqual({ type: 'echo', consoleMs: 12.5, engineMs: 4711 });
  });

  it('executes a command and returns its result under its number', async () => {
    const { received, say, noted } = connect();
    say({ type: 'command', id: 7, name: 'source.connect', arguments: { address: 'phantom' } });
    await new Promise((resolve) => setImmediate(resolve));
    expect(noted.commands).toEqual(['source.connect']);
    expect(received.at(-1)).toEqual({ type: 'result', id: 7, value: null });
  });

  it('refuses arguments that are not the command’s, naming the argument', async () => {
    const { received, say, noted } = connect();
    say({ type: 'command', id: 8, name: 'source.connect', arguments: { address: '', more: 1 } });
    await new Promise((resolve) => setImmediate(resolve));
    expect(noted.commands).toEqual([]);
    expect(received.at(-1)).toMatchObject({ type: 'error', id: 8, message: expect.stringContaining('address') });
  });

  it('tells a viewer that it is one, and does nothing for it but note that it tried', async () => {
    const { received, say, noted, audit } = connect({ ...DESKTOP, role: 'view' });
    expect(received[0]).toMatchObject({ type: 'hello', role: 'view' });
    say({ type: 'command', id: 7, name: 'source.connect', arguments: { address: 'phantom' } });
    await new Promise((resolve) => setImmediate(resolve));
    expect(noted.commands).toEqual([]);
    expect(received.at(-1)).toMatchObject({ type: 'error', id: 7, message: expect.stringMatching(/role operate/) });
    expect(audit).toEqual(['source.connect refused']);
  });

  it('returns a failure in the engine’s words', async () => {
    const { received, say } = connect();
    say({ type: 'command', id: 9, name: 'source.disconnect', arguments: {} });
    await new Promise((resolve) => setImmediate(resolve));
    expect(received.at(-1)).toEqual({ type: 'error', id: 9, message: 'no source to disconnect', said: null });
  });

  it.each(['', '{', '[]', '{"type":"nonsense"}', '{"type":"ack","seq":-1,"paintedMs":null}', 'x'.repeat(300_000)])(
    'answers garbage with an error and goes on',
    (text) => {
      const { session, received, say } = connect();
      session.receiveText(text);
      expect(received.at(-1)).toMatchObject({ type: 'error', id: 0 });
      say({ type: 'echo', consoleMs: 1 });
      expect(received.at(-1)).toMatchObject({ type: 'echo' });
    },
  );

  it('leaves nothing behind when it is closed', () => {
    const { session, noted, say } = connect();
    say(HELLO);
    session.closed();
    expect(noted).toMatchObject({ detached: 1, unsubscribed: 1 });
  });
});
