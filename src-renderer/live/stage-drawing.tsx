import { useConsole } from '../state/console-context.ts';
import { useWords } from '../words/index.ts';
import { Calipers } from './calipers.tsx';
import type { Caliper } from './measure.ts';
import { probeAxes, rulerTicks } from './measure.ts';
import { apply, type Placement, type Point } from './view-transform.ts';

interface StageDrawingProps {
  readonly place: Placement;
  /** The distance being laid on the picture now. */
  readonly draft: Caliper | null;
}

/** What is drawn over the picture in its own coordinates: depth ruler, side marker, distances. */
export function StageDrawing({ place, draft }: StageDrawingProps) {
  return (
    <svg className="drawing" aria-hidden="true">
      <Ruler place={place} />
      <SideMarker place={place} />
      <Calipers place={place} draft={draft} />
    </svg>
  );
}

/** Depth in mm from the transducer, along the picture's edge; always in sight however far the picture is moved. */
function Ruler({ place }: { readonly place: Placement }) {
  const { live } = useWords();
  const picture = useConsole((state) => state.view?.picture ?? null);
  const orientation = useConsole((state) => state.snapshot?.settings['source.orientation'] ?? 'MF');
  if (picture === null) {
    return null;
  }
  const { size, mmPerPixel } = picture;
  const { depthAxis, depthGrows } = probeAxes(orientation, size);
  const mm = mmPerPixel[depthAxis];
  const at = (depthMm: number): Point => {
    const along = depthGrows ? depthMm / mm : size[depthAxis] - depthMm / mm;
    return apply(place.matrix, depthAxis === 0 ? [along, 0] : [0, along]);
  };
  const [start, one] = [at(0), at(1)];
  const isUpright = Math.abs(one[1] - start[1]) >= Math.abs(one[0] - start[0]);
  const axis = isUpright ? 1 : 0;
  const { visible } = place;
  const [low, high] = isUpright ? [visible.y, visible.y + visible.height] : [visible.x, visible.x + visible.width];
  const ticks = rulerTicks(size[depthAxis] * mm, Math.abs(one[axis] - start[axis]))
    .map((tick) => ({ ...tick, along: at(tick.depthMm)[axis] }))
    .filter(({ along }) => along >= low - 0.5 && along <= high + 0.5);
  const edge = isUpright ? visible.x : visible.y;
  return (
    <g className="ruler" data-assumed={picture.scaleOrigin !== 'source'}>
      {ticks.map(({ depthMm, isNumbered, along }) => {
        const length = isNumbered ? 14 : 7;
        const line = isUpright
          ? { x1: edge, x2: edge + length, y1: along, y2: along }
          : { x1: along, x2: along, y1: edge, y2: edge + length };
        const place = isUpright ? { x: edge + 18, y: along + 4 } : { x: along, y: edge + 30 };
        // The number at an end would be cut off by the edge.
        const hasRoom = along - low > 8 && high - along > 8;
        return (
          <g key={depthMm}>
            <line {...line} />
            {isNumbered && hasRoom && (
              <text {...place} textAnchor={isUpright ? 'start' : 'middle'}>
                {live.ruler(depthMm)}
              </text>
            )}
          </g>
        );
      })}
    </g>
  );
}

/** A disc at the probe's marked side, at the transducer: it goes where the picture's corner goes. */
function SideMarker({ place }: { readonly place: Placement }) {
  const columns = useConsole((state) => state.view?.picture?.size[0] ?? 0);
  const rows = useConsole((state) => state.view?.picture?.size[1] ?? 0);
  const orientation = useConsole((state) => state.snapshot?.settings['source.orientation'] ?? 'MF');
  const [x, y] = apply(place.matrix, probeAxes(orientation, [columns, rows]).markedCorner);
  const { visible } = place;
  const inside = (value: number, from: number, length: number): number =>
    Math.max(from + MARKER_INSET, Math.min(from + length - MARKER_INSET, value));
  return (
    <g className="side-marker" data-x={x.toFixed(0)} data-y={y.toFixed(0)}>
      <circle cx={inside(x, visible.x, visible.width)} cy={inside(y, visible.y, visible.height)} r={MARKER_RADIUS} />
      <text x={inside(x, visible.x, visible.width)} y={inside(y, visible.y, visible.height) + 5} textAnchor="middle">
        {MARKER_LETTER}
      </text>
    </g>
  );
}

const MARKER_INSET = 22;
const MARKER_RADIUS = 11;
/** M of PLUS' orientation codes ("marked side"): the same letter in every language. */
const MARKER_LETTER = 'M';
