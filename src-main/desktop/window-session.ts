import type { MessagePortMain } from 'electron';
import { type CommandDesk, ConsoleSession, DESKTOP, type EngineBackend } from '../gateway/index.ts';

/**
 * One window's conversation with the engine over its own port: text is a string message, a picture a Uint8Array.
 * Nothing is ever passed in a transfer list: Electron's ports copy, and refuse an ArrayBuffer there.
 */
export function serveWindow(port: MessagePortMain, engine: EngineBackend, desk: CommandDesk): void {
  const session = new ConsoleSession(
    {
      sendText: (text) => port.postMessage(text),
      sendBinary: (bytes) => port.postMessage(bytes),
      bufferedBytes: () => 0,
      close: (reason) => {
        process.stderr.write(`a window's session was closed: ${reason}\n`);
        port.close();
      },
    },
    engine,
    { identity: DESKTOP, desk },
  );
  port.on('message', ({ data }) => {
    if (typeof data === 'string') {
      session.receiveText(data);
    }
  });
  port.on('close', () => session.closed());
  port.start();
}
