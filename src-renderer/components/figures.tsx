import type { ReactNode } from 'react';
import { DROP_REASONS, type KpiSample } from '../../src-shared/index.ts';
import { useConsole } from '../state/console-context.ts';
import { words } from '../words.ts';

const oneDecimal = (value: number | null | undefined): string =>
  value === null || value === undefined || !Number.isFinite(value) ? words.none : value.toFixed(1);
/** Three figures are all that is read at a glance. */
const latency = (value: number | null | undefined): string =>
  typeof value === 'number' && value >= 100 ? value.toFixed(0) : oneDecimal(value);
const whole = (value: number | null | undefined): string =>
  value === null || value === undefined ? words.none : String(Math.round(value));

/** Rates, latency, losses: one new set of figures a second. */
export function Figures() {
  const kpi = useConsole((state) => state.kpi);
  return (
    <section className="panel figures" aria-label={words.figures.title}>
      <div className="rates">
        <Figure title={words.figures.fpsIn} unit={words.figures.perSecond}>
          {oneDecimal(kpi?.fps_in)}
        </Figure>
        <Figure title={words.figures.fpsOut} unit={words.figures.perSecond}>
          {oneDecimal(kpi?.fps_out)}
        </Figure>
        <PaintedRate />
      </div>
      <dl className="rows">
        <Row title={words.figures.latency}>
          <Part name={words.figures.p50}>{latency(kpi?.latency_p50_ms)}</Part>
          <Part name={words.figures.p95}>{latency(kpi?.latency_p95_ms)}</Part>
          <span className="unit">{words.figures.milliseconds}</span>
        </Row>
        <Row title={words.figures.drops} explained={dropReasons(kpi)}>
          <Part name={words.figures.queue.rt}>{whole(kpi?.queue_rt_drops)}</Part>
          <Part name={words.figures.queue.gpu}>{whole(kpi?.queue_gpu_drops)}</Part>
          <Part name={words.figures.queue.out}>{whole(kpi?.queue_out_drops)}</Part>
        </Row>
        <Row title={words.figures.coalesced} explained={words.figures.coalescedLong}>
          {whole(kpi?.coalesced)}
        </Row>
        <Row title={words.figures.upstreamLost}>
          {kpi !== null && kpi.upstream_lost === null ? words.figures.upstreamUnknown : whole(kpi?.upstream_lost)}
        </Row>
        <DisplayRow />
      </dl>
    </section>
  );
}

function dropReasons(kpi: KpiSample | null): string {
  return kpi === null
    ? ''
    : DROP_REASONS.map((reason) => `${words.figures.dropReasons[reason]} ${kpi.drops_by_reason[reason]}`).join(', ');
}

interface FigureProps {
  readonly title: string;
  readonly unit: string;
  readonly children: ReactNode;
}

function Figure({ title, unit, children }: FigureProps) {
  return (
    <div className="rate">
      <span className="caption">{title}</span>
      <span className="rate-value">
        {children}
        <span className="unit">{unit}</span>
      </span>
    </div>
  );
}

interface RowProps {
  readonly title: string;
  readonly explained?: string;
  readonly children: ReactNode;
}

function Row({ title, explained, children }: RowProps) {
  return (
    <div className="row" title={explained}>
      <dt>{title}</dt>
      <dd className="figure">{children}</dd>
    </div>
  );
}

function Part({ name, children }: { readonly name: string; readonly children: ReactNode }) {
  return (
    <span className="part">
      <span className="part-name">{name}</span> {children}
    </span>
  );
}

function PaintedRate() {
  const painted = useConsole((state) => state.view?.paintedPerSecond ?? null);
  return (
    <Figure title={words.figures.painted} unit={words.figures.perSecond}>
      {whole(painted)}
    </Figure>
  );
}

function DisplayRow() {
  const renderer = useConsole((state) => state.view?.renderer ?? null);
  const kind = renderer?.kind ?? null;
  return (
    <Row title={words.figures.display} {...(renderer === null ? {} : { explained: renderer.name })}>
      {renderer === null || kind === null ? (
        words.none
      ) : (
        <>
          {words.figures.renderers[kind]}{' '}
          <span className="part-name">{words.figures.rendererReasons[renderer.reason]}</span>
        </>
      )}
    </Row>
  );
}
