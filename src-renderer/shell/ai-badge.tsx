import { Fragment } from 'react';
import { type Percentiles, type ProviderReport, STAGES } from '../../src-shared/index.ts';
import { ActionButton } from '../actions/index.ts';
import { ProviderReports } from '../models/index.ts';
import { useConsole, useEngineThere } from '../state/console-context.ts';
import { useStore } from '../state/store.ts';
import { saidText, useWords } from '../words/index.ts';
import { shellStore } from './shell-store.ts';

/** AI: model, provider and how long it takes; opens the table of all stages. */
export function AiBadge() {
  const words = useWords();
  const { shell, models } = words;
  const there = useEngineThere();
  const inference = useConsole((state) => state.snapshot?.inference ?? null);
  const run = useConsole((state) => state.kpi?.stage_ms.run?.p50 ?? null);
  const open = useStore(shellStore, (state) => state.latencyOpen);
  if (inference === null) {
    return <div className="ai" />;
  }
  const tone = inference.link === 'ready' ? 'good' : inference.link === 'failed' ? 'bad' : 'plain';
  const fellBack = inference.providers.some((report) => report.fellBack);
  return (
    <div className="ai" data-faded={!there} title={saidText(words, inference.said, inference.message) ?? undefined}>
      <ActionButton id="shell.latency" className="ai-button">
        <span className="address-line">
          <span className="caption">{shell.ai.title}</span>
          <span className="ai-state" data-tone={tone} role="status">
            {shell.ai.links[inference.link]}
          </span>
          {inference.restarts > 0 && <span className="ai-restarts">{shell.ai.restarts(inference.restarts)}</span>}
          {inference.nextModelId !== null && (
            <span className="ai-next" role="status">
              {models.loadingNext(inference.nextModelId)}
            </span>
          )}
          {fellBack && <span className="ai-restarts">{shell.ai.fellBack}</span>}
        </span>
        <span className="ai-model">
          {[
            inference.modelId,
            inference.provider?.toUpperCase() ?? null,
            run === null ? null : shell.ai.milliseconds(run),
          ]
            .filter((part) => part !== null)
            .map((part, index) => (
              <Fragment key={part}>
                {index > 0 && <span className="dot"> · </span>}
                {part}
              </Fragment>
            ))}
        </span>
      </ActionButton>
      {open && <Details reports={inference.providers} />}
    </div>
  );
}

/** What the badge stands for: where the time goes, what runs the model and why, and the way to another one. */
function Details({ reports }: { readonly reports: readonly ProviderReport[] }) {
  const { models } = useWords();
  return (
    <div className="ai-details">
      <LatencyTable />
      <ActionButton id="model.list" showsKey>
        {models.choose}
      </ActionButton>
      {reports.length > 0 && (
        <section aria-label={models.providers.title}>
          <ProviderReports reports={reports} />
        </section>
      )}
    </div>
  );
}

/** Where the time between receipt and sending goes: one row a stage, over the last second. */
function LatencyTable() {
  const { shell } = useWords();
  const kpi = useConsole((state) => state.kpi);
  const cell = (value: number | null | undefined): string =>
    value === null || value === undefined ? shell.none : shell.number(value, 1);
  const row = (name: string, values: Percentiles | null | undefined) => (
    <tr key={name}>
      <th scope="row">{name}</th>
      <td>{cell(values?.p50)}</td>
      <td>{cell(values?.p95)}</td>
      <td>{cell(values?.p99)}</td>
    </tr>
  );
  const total =
    kpi === null || kpi.latency_p50_ms === null || kpi.latency_p95_ms === null || kpi.latency_p99_ms === null
      ? null
      : { p50: kpi.latency_p50_ms, p95: kpi.latency_p95_ms, p99: kpi.latency_p99_ms };
  return (
    <section className="latency" aria-label={shell.latency.title}>
      <table>
        <caption>{shell.latency.title}</caption>
        <thead>
          <tr>
            <th scope="col">{shell.latency.stage}</th>
            {shell.latency.percentiles.map((name) => (
              <th key={name} scope="col">
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {STAGES.map((stage) => row(shell.latency.stages[stage], kpi?.stage_ms[stage]))}
          {row(shell.latency.total, total)}
        </tbody>
      </table>
      <p>{shell.latency.explained}</p>
    </section>
  );
}
