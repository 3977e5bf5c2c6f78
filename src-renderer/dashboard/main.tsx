import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { FiguresClient } from '../state/figures-client.ts';
import { watchSession } from '../state/session-watch.ts';
import { webSocketAddress } from '../state/start-client.ts';
import { Dashboard } from './dashboard.tsx';

const root = document.getElementById('root');
if (root === null) {
  throw new Error('the page has no element #root');
}
const client = new FiguresClient(__ULTRAMOTION_BUILD__, webSocketAddress());
watchSession(client, null);
createRoot(root).render(
  <StrictMode>
    <Dashboard client={client} />
  </StrictMode>,
);
