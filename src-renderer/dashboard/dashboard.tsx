import { SignedIn } from '../components/signed-in.tsx';
import { PerformanceCharts } from '../performance/index.ts';
import { useDocumentTheme } from '../shell/theme.ts';
import { type EngineClient, EngineContext, useConsole, useEngineThere } from '../state/console-context.ts';
import { useDocumentLanguage, useWords } from '../words/index.ts';
import { AlertsCard, GpuCard, PipelineCard, QueuesCard, StateCard } from './cards.tsx';
import './dashboard.css';

/** The engine's figures for whoever looks from elsewhere: no picture, no command. Also while no console is open. */
export function Dashboard({ client }: { readonly client: EngineClient }) {
  return (
    <EngineContext value={client}>
      <Page />
    </EngineContext>
  );
}

function Page() {
  const { dashboard, shell, live } = useWords();
  useDocumentLanguage();
  useDocumentTheme();
  const there = useEngineThere();
  const mayOnlyLook = useConsole(({ link }) => link.state === 'open' && link.role === 'view');
  const known = useConsole((state) => state.kpi !== null);
  return (
    <div className="dashboard">
      <header>
        <h1>{shell.product}</h1>
        <p className="dashboard-use">{shell.researchUseOnly}</p>
        {mayOnlyLook && <p className="dashboard-role">{dashboard.mayOnlyLook}</p>}
        <SignedIn />
      </header>
      <main data-faded={!there}>
        {!there && known && <p className="last-known">{live.figures.lastKnown}</p>}
        <section className="cards" aria-label={dashboard.cards}>
          <StateCard />
          <PipelineCard />
          <QueuesCard />
          <GpuCard />
          <AlertsCard />
        </section>
        <PerformanceCharts />
      </main>
    </div>
  );
}
