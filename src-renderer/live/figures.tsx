import type { ReactNode } from 'react';
import { DROP_REASONS, type KpiSample } from '../../src-shared/index.ts';
import { useConsole } from '../state/console-context.ts';
import { useWords, type Words } from '../words/index.ts';

type Value = number | null | undefined;

/** Figures as this language writes them; what is not known is a dash. */
function writerOf({ shell }: Words) {
  const fixed = (value: Value, digits: number): string =>
    value === null || value === undefined || !Number.isFinite(value) ? shell.none : shell.number(value, digits);
  return {
    oneDecimal: (value: Value): string => fixed(value, 1),
    /** Three figures are all that is read at a glance. */
    latency: (value: Value): string => fixed(value, typeof value === 'number' && value >= 100 ? 0 : 1),
    whole: (value: Value): string => fixed(value, 0),
  };
}

/** Rates, latency, losses: one new set of figures a second. */
export function Figures() {
  const words = useWords();
  const { oneDecimal, latency, whole } = writerOf(words);
  const kpi = useConsole((state) => state.kpi);
  return (
    <section className="panel figures" aria-label={words.live.figures.title}>
      <div className="rates">
        <Figure title={words.live.figures.fpsIn} unit={words.live.figures.perSecond}>
          {oneDecimal(kpi?.fps_in)}
        </Figure>
        <Figure title={words.live.figures.fpsOut} unit={words.live.figures.perSecond}>
          {oneDecimal(kpi?.fps_out)}
        </Figure>
        <PaintedRate />
      </div>
      <dl className="rows">
        <Row title={words.live.figures.latency}>
          <Part name={words.live.figures.p50}>{latency(kpi?.latency_p50_ms)}</Part>
          <Part name={words.live.figures.p95}>{latency(kpi?.latency_p95_ms)}</Part>
          <span className="unit">{words.live.figures.milliseconds}</span>
        </Row>
        <Row title={words.live.figures.drops} explained={dropReasons(words, kpi)}>
          <Part name={words.live.figures.queue.rt}>{whole(kpi?.queue_rt_drops)}</Part>
          <Part name={words.live.figures.queue.gpu}>{whole(kpi?.queue_gpu_drops)}</Part>
          <Part name={words.live.figures.queue.out}>{whole(kpi?.queue_out_drops)}</Part>
        </Row>
        <Row title={words.live.figures.coalesced} explained={words.live.figures.coalescedLong}>
          {whole(kpi?.coalesced)}
        </Row>
        <Row title={words.live.figures.upstreamLost}>
          {kpi !== null && kpi.upstream_lost === null ? words.live.figures.upstreamUnknown : whole(kpi?.upstream_lost)}
        </Row>
        <DisplayRow />
      </dl>
    </section>
  );
}

function dropReasons(words: Words, kpi: KpiSample | null): string {
  return kpi === null
    ? ''
    : DROP_REASONS.map((reason) => `${words.live.figures.dropReasons[reason]} ${kpi.drops_by_reason[reason]}`).join(
        ', ',
      );
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
  const words = useWords();
  const { whole } = writerOf(words);
  const painted = useConsole((state) => state.view?.paintedPerSecond ?? null);
  return (
    <Figure title={words.live.figures.painted} unit={words.live.figures.perSecond}>
      {whole(painted)}
    </Figure>
  );
}

function DisplayRow() {
  const words = useWords();
  const renderer = useConsole((state) => state.view?.renderer ?? null);
  const kind = renderer?.kind ?? null;
  return (
    <Row title={words.live.figures.display} {...(renderer === null ? {} : { explained: renderer.name })}>
      {renderer === null || kind === null ? (
        words.shell.none
      ) : (
        <>
          {words.live.figures.renderers[kind]}{' '}
          <span className="part-name">{words.live.figures.rendererReasons[renderer.reason]}</span>
        </>
      )}
    </Row>
  );
}
