import { useConsole } from '../state/console-context.ts';
import { useWords } from '../words/index.ts';
import { useLiveView } from './live-store.ts';
import { type Caliper, lengthMm } from './measure.ts';
import { apply, type Placement } from './view-transform.ts';

interface CalipersProps {
  readonly place: Placement;
  readonly draft: Caliper | null;
}

/** Distances with their lengths; on an assumed scale each of them says so. */
export function Calipers({ place, draft }: CalipersProps) {
  const { live } = useWords();
  const kept = useLiveView((state) => state.calipers);
  const picture = useConsole((state) => state.view?.picture ?? null);
  const frozen = useConsole((state) => (state.view?.cine ?? null) !== null);
  if (picture === null) {
    return null;
  }
  const shown = shownCalipers(kept, frozen ? picture.seq : null);
  return (
    <>
      {[...shown, ...(draft === null ? [] : [draft])].map((caliper) => {
        const [from, to] = [apply(place.matrix, caliper.from), apply(place.matrix, caliper.to)];
        const right = from[0] > to[0] ? from : to;
        return (
          <g key={caliper.id} className="caliper" data-id={caliper.id}>
            <line x1={from[0]} y1={from[1]} x2={to[0]} y2={to[1]} />
            {[from, to].map(([x, y], end) => (
              <path key={end === 0 ? 'from' : 'to'} d={`M${x - 7} ${y}h14M${x} ${y - 7}v14`} />
            ))}
            <text x={right[0] + 12} y={right[1] + 5}>
              {live.measure.length(lengthMm(caliper, picture.mmPerPixel), picture.scaleOrigin)}
            </text>
          </g>
        );
      })}
    </>
  );
}

/** Those that are true of the picture shown: laid on this frozen one, or on the running picture. */
export function shownCalipers(calipers: readonly Caliper[], frozenSeq: number | null): readonly Caliper[] {
  return calipers.filter(({ seq }) => seq === null || seq === frozenSeq);
}
