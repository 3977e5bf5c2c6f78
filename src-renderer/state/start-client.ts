import type { RendererChoice } from '../live/picture-renderer.ts';
import { probeOf } from '../live/probe.ts';
import { ConsoleClient } from './console-client.ts';
import { installProbe } from './probe-api.ts';

/** Builds the page's client from where the page runs (desktop app or browser) and what its address asks for. */
export function startClient(): ConsoleClient {
  const parameters = new URLSearchParams(location.search);
  const probe = probeOf(parameters);
  const inDesktopApp = window.consoleApi !== undefined;
  const client = new ConsoleClient({
    type: 'start',
    build: window.consoleApi?.build ?? __ULTRAMOTION_BUILD__,
    url: inDesktopApp ? null : webSocketAddress(),
    rendererOverride: rendererOf(parameters.get('renderer')),
    probe,
  });
  if (inDesktopApp) {
    window.addEventListener('message', (event) => {
      const port = event.ports[0];
      if (event.source === window && event.data?.type === 'engine-port' && port !== undefined) {
        client.attachPort(port);
      }
    });
  }
  if (probe !== null) {
    installProbe(client);
  }
  return client;
}

/** Where the engine that served this page talks to consoles. */
export function webSocketAddress(): string {
  const address = new URL('/ws/console', location.href);
  address.protocol = location.protocol === 'https:' ? 'wss:' : 'ws:';
  return address.href;
}

function rendererOf(value: string | null): RendererChoice | null {
  return value === 'webgl' || value === '2d' || value === 'auto' ? value : null;
}
