import type { ReactNode } from 'react';
import { type Alert, type KpiSample, METRICS } from '../../src-shared/index.ts';
import { present } from '../live/presentation.ts';
import { type EngineClient, useConsole } from '../state/console-context.ts';
import { saidText, useWords } from '../words/index.ts';

type Figure = Exclude<keyof KpiSample, 'stage_ms' | 'detail_ms' | 'drops_by_reason' | 'custom' | 'health' | 'provider'>;
type State = ReturnType<EngineClient['getState']>;

const unitOf = new Map(METRICS.map(({ name, unit }) => [name, unit]));
const NO_ALERTS: readonly Alert[] = [];
const NO_REASONS: NonNullable<State['snapshot']>['health']['reasons'] = [];

/** What a console would say of the picture in its corner; the picture's age is the engine's own. */
function presentationOf({ link, engineSilent, snapshot }: State) {
  const { frameAgeMs = null, source } = snapshot ?? {};
  const picture = frameAgeMs === null || source === undefined ? null : { ageMs: frameAgeMs, sourceKind: source.kind };
  return present({ link, engineSilent, snapshot, picture, cine: null });
}

/** Whether the picture is live, what its source is, and whether all is well. */
export function StateCard() {
  const words = useWords();
  const { alerts, dashboard, state, shell } = words;
  const word = useConsole((all) => presentationOf(all).state);
  const tone = useConsole((all) => presentationOf(all).tone);
  const kind = useConsole((all) => presentationOf(all).kind);
  const link = useConsole(({ snapshot }) => snapshot?.source.link ?? null);
  const address = useConsole(({ snapshot }) => snapshot?.source.address ?? null);
  const message = useConsole(({ snapshot }) => snapshot?.source.message ?? null);
  const said = useConsole(({ snapshot }) => snapshot?.source.said ?? null);
  const health = useConsole(({ snapshot }) => snapshot?.health.health ?? null);
  const reasons = useConsole(({ snapshot }) => snapshot?.health.reasons ?? NO_REASONS);
  const inference = useConsole(({ snapshot }) => snapshot?.inference.link ?? null);
  const mismatch = useConsole((all) => all.link.state === 'mismatch');
  return (
    <Card title={dashboard.state} name="state">
      <p className="card-state" data-tone={tone} role="status">
        {state.words[word]}
      </p>
      {mismatch && (
        <button type="button" onClick={() => location.reload()}>
          {state.reload}
        </button>
      )}
      {kind !== null && <p>{state.kinds[kind].text}</p>}
      <dl>
        <Row name={shell.source.title} value={link === null ? shell.none : shell.source.links[link]} />
        <Row name={dashboard.address} value={address === null || address === '' ? shell.none : address} />
        <Row name={shell.ai.title} value={inference === null ? shell.none : shell.ai.links[inference]} />
        <Row
          name={dashboard.health}
          value={health === null ? shell.none : dashboard.levels[health]}
          {...(health === null ? {} : { level: health })}
        />
      </dl>
      {message !== null && <p>{saidText(words, said, message)}</p>}
      <ul className="reasons">
        {reasons.map(({ key, code, values, level }) => (
          <li key={key} data-level={level}>
            {alerts.conditions[code].what(values)}
          </li>
        ))}
      </ul>
    </Card>
  );
}

export function PipelineCard() {
  const { dashboard, performance } = useWords();
  const ts = useConsole(({ kpi }) => kpi?.ts ?? null);
  return (
    <Card title={dashboard.pipeline} name="pipeline">
      {ts !== null && (
        <p className="figure card-time" data-sample-ts={ts}>
          {performance.moment(ts)}
        </p>
      )}
      <dl>
        <FigureRow figure="fps_in" />
        <FigureRow figure="fps_out" />
        <FigureRow figure="latency_p50_ms" />
        <FigureRow figure="latency_p95_ms" />
        <FigureRow figure="latency_p99_ms" />
        <FigureRow figure="frames_received" />
        <FigureRow figure="upstream_lost" />
      </dl>
    </Card>
  );
}

export function QueuesCard() {
  const { dashboard } = useWords();
  return (
    <Card title={dashboard.queues} name="queues">
      <dl>
        <FigureRow figure="queue_raw_size" />
        <FigureRow figure="queue_rt_size" />
        <FigureRow figure="queue_gpu_size" />
        <FigureRow figure="queue_out_size" />
        <FigureRow figure="queue_rt_drops" />
        <FigureRow figure="queue_gpu_drops" />
        <FigureRow figure="queue_out_drops" />
      </dl>
    </Card>
  );
}

/** Graphics processor and what the engine itself takes of the machine. */
export function GpuCard() {
  const { dashboard, performance } = useWords();
  const hasGpu = useConsole(({ kpi }) => kpi != null && (kpi.gpu_util ?? kpi.gpu_memory_mb ?? kpi.gpu_temp_c) !== null);
  const known = useConsole(({ kpi }) => kpi !== null);
  return (
    <Card title={dashboard.machine} name="gpu">
      {known && !hasGpu && <p>{performance.noGpu}</p>}
      <dl>
        {hasGpu && (
          <>
            <FigureRow figure="gpu_util" />
            <FigureRow figure="gpu_memory_mb" />
            <FigureRow figure="gpu_temp_c" />
          </>
        )}
        <FigureRow figure="cpu_percent" />
        <FigureRow figure="memory_mb" />
        <FigureRow figure="disk_free_mb" />
      </dl>
    </Card>
  );
}

/** What is not in order now, worst first. Taking note of it is for a console. */
export function AlertsCard() {
  const { alerts, dashboard } = useWords();
  const active = useConsole(({ snapshot }) => snapshot?.alerts ?? NO_ALERTS);
  return (
    <Card title={dashboard.alerts} name="alerts">
      {active.length === 0 && <p>{alerts.nothing}</p>}
      <ul className="reasons" aria-live="polite">
        {active.map(({ key, code, values, severity }) => (
          <li key={key} data-level={severity === 'critical' ? 'CRITICAL' : 'WARNING'}>
            <strong>{alerts.severity[severity]}</strong> {alerts.conditions[code].what(values)}
            <span className="advice">{alerts.conditions[code].advice}</span>
          </li>
        ))}
      </ul>
    </Card>
  );
}

interface CardProps {
  readonly title: string;
  readonly name: string;
  readonly children: ReactNode;
}

function Card({ title, name, children }: CardProps) {
  return (
    <section className="card" data-card={name} aria-label={title}>
      <h2 className="caption">{title}</h2>
      {children}
    </section>
  );
}

/** One figure of the newest sample, as the API has it; rendered again only when that figure changes. */
function FigureRow({ figure }: { readonly figure: Figure }) {
  const { dashboard, performance, shell } = useWords();
  const value = useConsole(({ kpi }) => kpi?.[figure] ?? null);
  const unit = unitOf.get(figure) ?? '';
  return (
    <Row
      name={dashboard.figures[figure as keyof typeof dashboard.figures]}
      value={value === null ? shell.none : performance.value(value, unit)}
      figure={figure}
    />
  );
}

interface RowProps {
  readonly name: string;
  readonly value: string;
  readonly figure?: Figure;
  readonly level?: string;
}

function Row({ name, value, figure, level }: RowProps) {
  return (
    <div>
      <dt>{name}</dt>
      <dd className="figure" data-figure={figure} data-level={level}>
        {value}
      </dd>
    </div>
  );
}
