import { createContext, useContext, useSyncExternalStore } from 'react';
import { judgedPicture, type Presentation, present } from '../live/presentation.ts';
import { shellStore } from '../shell/shell-store.ts';
import type { ConsoleClient, ConsoleState } from './console-client.ts';

/** What figures, charts and words need of the engine, in a console and on a page without pictures alike. */
export type EngineClient = Pick<ConsoleClient, 'subscribe' | 'getState' | 'command'>;

export const EngineContext = createContext<EngineClient | null>(null);

/** Only in a console: with pictures. */
export const ConsoleContext = createContext<ConsoleClient | null>(null);

export function useClient(): ConsoleClient {
  const client = useContext(ConsoleContext);
  if (client === null) {
    throw new Error('the console has no engine client');
  }
  return client;
}

export function useEngineClient(): EngineClient {
  const client = useContext(EngineContext);
  if (client === null) {
    throw new Error('the page has no engine client');
  }
  return client;
}

/** One part of the state; the component renders again only when that very part changes. */
export function useConsole<T>(select: (state: ConsoleState) => T): T {
  const client = useEngineClient();
  return useSyncExternalStore(client.subscribe, () => select(client.getState()));
}

export function presentationOf(state: ConsoleState): Presentation {
  return present({
    link: state.link,
    engineSilent: state.engineSilent,
    snapshot: state.snapshot,
    picture: judgedPicture(state.view, shellStore.get().view === 'live'),
    cine: state.view?.cine ?? null,
  });
}

/** What is shown of the picture's truth now. Renders with every report, five times a second. */
export function usePresentation(): Presentation {
  return presentationOf(useConsole((state) => state));
}

/** Whether the engine's last words still hold; figures and addresses fade when they do not. */
export function useEngineThere(): boolean {
  return useConsole((state) => state.link.state === 'open' && !state.engineSilent && state.snapshot !== null);
}
