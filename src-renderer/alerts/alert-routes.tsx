import { useState } from 'react';
import type { AlertRouteStatus } from '../../src-shared/index.ts';
import { useClient, useEngineThere } from '../state/console-context.ts';
import { refusalText } from '../state/refusal.ts';
import { useWords } from '../words/index.ts';

interface AlertRoutesProps {
  readonly routes: readonly AlertRouteStatus[];
  readonly changed: () => void;
}

/** Where changes are told, whether they arrive, and what could not be delivered. */
export function AlertRoutes({ routes, changed }: AlertRoutesProps) {
  const { alerts } = useWords();
  return (
    <section aria-label={alerts.routes}>
      <h2>{alerts.routes}</h2>
      <ul className="alert-routes">
        {routes.map((route) => (
          <RouteRow key={route.route} status={route} changed={changed} />
        ))}
      </ul>
    </section>
  );
}

function RouteRow({ status, changed }: { readonly status: AlertRouteStatus; readonly changed: () => void }) {
  const words = useWords();
  const client = useClient();
  const there = useEngineThere();
  const [outcome, setOutcome] = useState<{ readonly text: string; readonly ok: boolean } | null>(null);
  const [busy, setBusy] = useState(false);
  const { alerts } = words;
  const { route, enabled, delivered, waiting, dead, lastError } = status;

  const act = async (work: () => Promise<{ readonly text: string; readonly ok: boolean }>): Promise<void> => {
    setBusy(true);
    try {
      setOutcome(await work());
    } catch (error) {
      setOutcome({ text: refusalText(words, error), ok: false });
    } finally {
      setBusy(false);
      changed();
    }
  };
  return (
    <li>
      <strong>{alerts.routeNames[route]}</strong>
      <span className="figure">{enabled ? alerts.routeFacts(delivered, waiting, dead) : alerts.routeOff}</span>
      {lastError !== null && <span className="refusal">{lastError}</span>}
      {(route === 'webhook' || route === 'slack') && enabled && (
        <>
          <button
            type="button"
            disabled={!there || busy}
            onClick={() =>
              void act(async () => {
                const result = await client.command('alerts.test-route', { route });
                return { ok: result.delivered, text: result.message ?? alerts.testDelivered };
              })
            }
          >
            {alerts.testRoute}
          </button>
          {dead > 0 && (
            <button
              type="button"
              disabled={!there || busy}
              onClick={() =>
                void act(async () => {
                  const { replayed } = await client.command('alerts.replay', { route });
                  return { ok: true, text: alerts.replayed(replayed) };
                })
              }
            >
              {alerts.replay}
            </button>
          )}
        </>
      )}
      {outcome !== null && (
        <span role="status" className={outcome.ok ? undefined : 'refusal'}>
          {outcome.text}
        </span>
      )}
    </li>
  );
}
