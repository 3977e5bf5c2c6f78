import { useCallback, useEffect, useState } from 'react';
import type { AlertOverview } from '../../src-shared/index.ts';
import { LogBundle } from '../components/log-bundle.tsx';
import { useClient, useConsole, useEngineThere } from '../state/console-context.ts';
import { useWords } from '../words/index.ts';
import { ActiveAlerts } from './active-alerts.tsx';
import { AlertRoutes } from './alert-routes.tsx';
import { Problems, useProblems } from './problems.tsx';
import './alerts.css';

/** Between two looks at history and routes; what is active now comes with every snapshot. */
const REFRESH_MS = 3000;

/** What is wrong now and what to do, where it is told, and what was wrong before. */
export function AlertsView() {
  const { alerts } = useWords();
  const problems = useProblems();
  const [overview, refresh] = useOverview();
  const isQuiet = useConsole(({ snapshot }) => (snapshot?.alerts.length ?? 0) === 0) && problems.length === 0;
  return (
    <div className="view-page alerts">
      <h1>{alerts.title}</h1>
      {isQuiet && <p>{alerts.nothing}</p>}
      <ActiveAlerts changed={refresh} />
      <Problems />
      {overview !== null && (
        <>
          <LogBundle />
          <AlertRoutes routes={overview.routes} changed={refresh} />
          <History events={overview.history} />
        </>
      )}
    </div>
  );
}

function useOverview(): readonly [AlertOverview | null, () => void] {
  const client = useClient();
  const there = useEngineThere();
  const [overview, setOverview] = useState<AlertOverview | null>(null);
  const refresh = useCallback(() => {
    // Without an engine the last overview stands; the corner says that it is gone.
    client.command('alerts.list', {}).then(setOverview, () => {});
  }, [client]);
  useEffect(() => {
    if (!there) {
      return;
    }
    refresh();
    const timer = setInterval(refresh, REFRESH_MS);
    return () => clearInterval(timer);
  }, [there, refresh]);
  return [overview, refresh];
}

function History({ events }: { readonly events: AlertOverview['history'] }) {
  const { alerts } = useWords();
  return (
    <section aria-label={alerts.history}>
      <h2>{alerts.history}</h2>
      {events.length === 0 ? (
        <p>{alerts.noHistory}</p>
      ) : (
        <ol className="alert-history">
          {events.map((event) => (
            <li key={event.id} data-severity={event.to === 'ok' ? 'ok' : event.severity}>
              <time className="figure" dateTime={new Date(event.ts * 1000).toISOString()}>
                {alerts.time(event.ts)}
              </time>
              <strong>{alerts.states[event.to]}</strong>
              <span>{alerts.conditions[event.code].what(event.values)}</span>
              {event.silenced && <em>{alerts.silenced}</em>}
            </li>
          ))}
        </ol>
      )}
    </section>
  );
}
