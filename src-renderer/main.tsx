import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { App } from './app.tsx';
import { followAddress } from './shell/index.ts';
import { watchSession } from './state/session-watch.ts';
import { startClient } from './state/start-client.ts';

const root = document.getElementById('root');
if (root === null) {
  throw new Error('the page has no element #root');
}
const client = startClient();
followAddress();
// In the desktop app nobody signs in.
if (window.consoleApi === undefined) {
  watchSession(client, '/dashboard');
}
createRoot(root).render(
  <StrictMode>
    <App client={client} />
  </StrictMode>,
);
