import { SPACE_SKIP_REASONS, type SpaceStatus } from '../../src-shared/index.ts';
import { ActionButton } from '../actions/index.ts';
import { useConsole, useEngineThere } from '../state/console-context.ts';
import { refusalText } from '../state/refusal.ts';
import { useWords, type Words } from '../words/index.ts';
import { gradient } from './colour-scale.ts';
import { type SpaceNotice, surfacePoints, useSpaceView } from './space-store.ts';

/** What the surface consists of, what it lies in, and what can be done with it. */
export function SpacePanel() {
  const words = useWords();
  const there = useEngineThere();
  const status = useConsole((state) => state.snapshot?.space ?? null);
  const notice = useSpaceView((state) => state.notice);
  return (
    <aside className="space-panel" aria-label={words.space.panel} data-faded={!there}>
      {status !== null && <Facts status={status} />}
      <Legend />
      <div className="space-buttons">
        <ActionButton id="space.clear" showsKey />
        <ActionButton id="space.export" showsKey />
        <ActionButton id="space.publish" showsKey />
        <ActionButton id="space.resetCamera" showsKey />
        <ActionButton id="space.colour" showsKey />
        <ActionButton id="space.picture" showsKey />
      </div>
      <p className="space-notice" role="status">
        {notice !== null && noticeText(words, notice)}
      </p>
      <p className="space-help">{words.space.howToMove}</p>
    </aside>
  );
}

function Facts({ status }: { readonly status: SpaceStatus }) {
  const { space, live } = useWords();
  const skipped = SPACE_SKIP_REASONS.filter((reason) => status.framesSkipped[reason] > 0);
  return (
    <>
      <dl className="space-facts">
        <dt>{space.points}</dt>
        <dd className="figure" data-points={status.points}>
          {status.points}
        </dd>
        <dt>{space.framesUsed}</dt>
        <dd className="figure">{status.framesUsed}</dd>
        {skipped.map((reason) => (
          <div key={reason} data-skipped={reason}>
            <dt>{space.skipped[reason]}</dt>
            <dd className="figure">{status.framesSkipped[reason]}</dd>
          </div>
        ))}
        <dt>{space.reference}</dt>
        <dd>{space.referenceName(status.reference, status.sourceCoordinates)}</dd>
      </dl>
      <p>{status.placement === null ? space.notPlaced : space.placements[status.placement]}</p>
      <p className="space-quiet">{space.thinned(status.gridMm)}</p>
      {status.points >= status.maxPoints && <p className="space-warning">{space.full(status.maxPoints)}</p>}
      {(status.scaleOrigin ?? 'source') !== 'source' && <p className="space-warning">{live.scale.assumedShort}</p>}
    </>
  );
}

function Legend() {
  const { space } = useWords();
  const colour = useSpaceView((state) => state.colour);
  // Rendered with every snapshot by the number of points, which is when the range can change.
  useConsole((state) => state.snapshot?.space.points ?? 0);
  const range = surfacePoints.range(colour);
  return (
    <figure className="space-legend">
      <figcaption>{space.colours[colour]}</figcaption>
      <div style={{ background: gradient() }} />
      <p className="figure">
        <span>{range === null ? '' : space.colourValue[colour](range[0])}</span>
        <span>{range === null ? '' : space.colourValue[colour](range[1])}</span>
      </p>
    </figure>
  );
}

function noticeText(words: Words, notice: SpaceNotice): string {
  switch (notice.kind) {
    case 'exported':
      return words.space.exported(notice.points);
    case 'sent':
      return words.space.sent(notice.points, notice.clients);
    case 'cleared':
      return words.space.cleared;
    case 'refused':
      return words.space.refused(refusalText(words, notice.error));
  }
}
