import type { EngineClient } from './console-context.ts';

/** How often an engine that does not speak to this page is asked whether it knows it at all. */
const ASK_EVERY_MS = 3000;

/**
 * While the engine does not speak to this page: is the browser still signed in? A refused WebSocket does not say why it
 * was refused, so it is asked over HTTP; when the permission is over, a reload brings the page to sign in on. A permission
 * that only allows to look has its own page, the dashboard.
 *
 * @param viewersPage where a viewer belongs; null: here.
 */
export function watchSession(client: EngineClient, viewersPage: string | null): void {
  const look = async (): Promise<void> => {
    const { link } = client.getState();
    if (link.state === 'open' && link.role === 'view' && viewersPage !== null) {
      location.replace(viewersPage);
    } else if (link.state === 'lost' && (await isSignedOut())) {
      location.reload();
    }
  };
  let before = client.getState().link;
  client.subscribe(() => {
    const { link } = client.getState();
    if (link !== before) {
      before = link;
      void look();
    }
  });
  setInterval(() => void look(), ASK_EVERY_MS);
}

async function isSignedOut(): Promise<boolean> {
  try {
    return (await fetch('/api/session', { cache: 'no-store' })).status === 401;
  } catch {
    // It is not there: that is for the picture's own words to say.
    return false;
  }
}
