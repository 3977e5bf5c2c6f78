import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { App } from './app.tsx';
import { startClient } from './state/start-client.ts';

const root = document.getElementById('root');
if (root === null) {
  throw new Error('the page has no element #root');
}
createRoot(root).render(
  <StrictMode>
    <App client={startClient()} />
  </StrictMode>,
);
