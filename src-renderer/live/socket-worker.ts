/** The thread that holds the browser's connection to the engine, beside the one that paints. */
import { WebSocketTransport } from './transport.ts';
import { serveTransport } from './transport-thread.ts';

serveTransport(
  self,
  (url, listener) => new WebSocketTransport(url, listener),
  () => self.close(),
);
