import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { FiguresClient } from '../state/figures-client.ts';
import { webSocketAddress } from '../state/start-client.ts';
import { Dashboard } from './dashboard.tsx';

const root = document.getElementById('root');
if (root === null) {
  throw new Error('the page has no element #root');
}
createRoot(root).render(
  <StrictMode>
    <Dashboard client={new FiguresClient(__ULTRAMOTION_BUILD__, webSocketAddress())} />
  </StrictMode>,
);
