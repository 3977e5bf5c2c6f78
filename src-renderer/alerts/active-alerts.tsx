import { useState } from 'react';
import type { Alert } from '../../src-shared/index.ts';
import { useClient, useConsole, useEngineThere } from '../state/console-context.ts';
import { refusalText } from '../state/refusal.ts';
import { useWords } from '../words/index.ts';

/** A while for a person at the machine to put something right without everybody being told again. */
const SILENCE_S = 600;
const NO_ALERTS: readonly Alert[] = [];

/** Alerts that stand now, worst first: what happened, what to do, and that somebody took note. */
export function ActiveAlerts({ changed }: { readonly changed: () => void }) {
  const words = useWords();
  const active = useConsole(({ snapshot }) => snapshot?.alerts ?? NO_ALERTS);
  return (
    <ul className="active-alerts" aria-live="polite">
      {active.map((alert) => (
        <ActiveAlert key={alert.key} alert={alert} words={words} changed={changed} />
      ))}
    </ul>
  );
}

interface ActiveAlertProps {
  readonly alert: Alert;
  readonly words: ReturnType<typeof useWords>;
  readonly changed: () => void;
}

function ActiveAlert({ alert, words, changed }: ActiveAlertProps) {
  const client = useClient();
  const there = useEngineThere();
  const [refusal, setRefusal] = useState<string | null>(null);
  const { alerts } = words;
  const { key, code, values, state, severity, sinceTs, acknowledgedTs, silencedUntilTs } = alert;
  const say = (done: Promise<unknown>): void => {
    setRefusal(null);
    done.then(changed, (error: unknown) => setRefusal(refusalText(words, error)));
  };
  return (
    <li data-severity={severity} data-state={state}>
      <p className="alert-head">
        <strong>{state === severity ? alerts.severity[severity] : alerts.states[state]}</strong>
        <span>{alerts.conditions[code].what(values)}</span>
      </p>
      <p>{alerts.conditions[code].advice}</p>
      <p className="alert-facts figure">
        {alerts.since(sinceTs)}
        {acknowledgedTs !== null && ` · ${alerts.acknowledgedAt(acknowledgedTs)}`}
        {silencedUntilTs !== null && ` · ${alerts.silencedUntil(silencedUntilTs)}`}
      </p>
      <div className="alert-buttons">
        {acknowledgedTs === null && (
          <button type="button" disabled={!there} onClick={() => say(client.command('alerts.acknowledge', { key }))}>
            {alerts.acknowledge}
          </button>
        )}
        <button
          type="button"
          disabled={!there}
          onClick={() =>
            say(client.command('alerts.silence', { key, seconds: silencedUntilTs === null ? SILENCE_S : 0 }))
          }
        >
          {silencedUntilTs === null ? alerts.silence(SILENCE_S / 60) : alerts.unsilence}
        </button>
      </div>
      {refusal !== null && (
        <p className="refusal" role="alert">
          {refusal}
        </p>
      )}
    </li>
  );
}
