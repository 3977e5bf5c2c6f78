import { Suspense } from 'react';
import { useKeyboard } from './actions/index.ts';
import { useFirstRun } from './guide/index.ts';
import { LiveView } from './live/index.ts';
import { HeaderStrip, HelpPanel, LAZY_VIEWS, useDocumentTheme, useView, ViewGuard } from './shell/index.ts';
import type { ConsoleClient } from './state/console-client.ts';
import { ConsoleContext, EngineContext } from './state/console-context.ts';
import { useDocumentLanguage, useWords } from './words/index.ts';

/** The whole console: the truth about the picture on top in every view, below it the view that was chosen. */
export function App({ client }: { readonly client: ConsoleClient }) {
  return (
    <EngineContext value={client}>
      <ConsoleContext value={client}>
        <Console client={client} />
      </ConsoleContext>
    </EngineContext>
  );
}

function Console({ client }: { readonly client: ConsoleClient }) {
  const { shell } = useWords();
  const view = useView();
  useKeyboard(client);
  useDocumentLanguage();
  useDocumentTheme();
  useFirstRun();
  const Other = view === 'live' ? undefined : LAZY_VIEWS[view];
  return (
    <div className="console">
      <HeaderStrip />
      {/* The live view is never taken down: its canvas belongs to the worker, and its picture goes on. */}
      <LiveView hidden={Other !== undefined} />
      {Other !== undefined && (
        <main className="view" data-view={view} aria-label={shell.views[view]}>
          <ViewGuard key={view}>
            <Suspense fallback={<p className="view-loading">{shell.loadingView}</p>}>
              <Other />
            </Suspense>
          </ViewGuard>
        </main>
      )}
      <HelpPanel />
    </div>
  );
}
