/** A console in a process of its own, to be killed: says PICTURE for every picture it gets from the engine at argv[2]. */
import { WebSocket } from 'ws';
import { CONSOLE_PROTOCOL } from '../../src-shared/index.ts';

const socket = new WebSocket(new URL('/ws/console', String(process.argv[2]).replace(/^http/, 'ws')));
const say = (message: object): void => socket.send(JSON.stringify(message));
socket.on('open', () => say({ type: 'hello', protocol: CONSOLE_PROTOCOL, build: 'test' }));
socket.on('message', (_data, isBinary) => {
  if (isBinary) {
    process.stdout.write('PICTURE\n');
  }
});
