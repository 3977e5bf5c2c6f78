import { SPACE_POINT_FLOATS, type SpaceStatus } from '../../src-shared/index.ts';
import { colourAt } from './colour-scale.ts';
import type { PointColour, SurfacePoints } from './surface-points.ts';

/**
 * The points as PLY text, with what one must know to use them later in its comments. Of the language of files, not of
 * the operator's.
 */
export function plyOf(points: SurfacePoints, status: SpaceStatus, colour: PointColour, at: Date): string {
  const range = points.range(colour) ?? [0, 1];
  const { values } = points;
  const lines = [
    'ply',
    'format ascii 1.0',
    'comment Ultramotion Console bone surface. RESEARCH USE ONLY. Not for diagnosis.',
    `comment written ${at.toISOString()}, source ${status.sourceKind ?? 'unknown'}`,
    'comment coordinates RAS, mm; depth: mm below the transducer; time: s since the first point',
    `comment reference ${oneLine(status.reference) || 'unnamed'}, placement ${status.placement ?? 'unknown'}`,
    `comment scale ${status.scaleOrigin === 'source' ? 'of the source' : `ASSUMED (${status.scaleOrigin})`}`,
    `element vertex ${points.count}`,
    ...['x', 'y', 'z', 'depth', 'time'].map((name) => `property float ${name}`),
    ...['red', 'green', 'blue'].map((name) => `property uchar ${name}`),
    'end_header',
  ];
  for (let point = 0; point < points.count; point++) {
    const numbers = values.subarray(point * SPACE_POINT_FLOATS, (point + 1) * SPACE_POINT_FLOATS);
    const rgb = colourAt(points.shareOf(point, colour, range));
    lines.push(`${Array.from(numbers, (value) => value.toFixed(3)).join(' ')} ${rgb.join(' ')}`);
  }
  return `${lines.join('\n')}\n`;
}

/** A name from the wire must not end the comment it stands in. */
const oneLine = (text: string): string => text.replace(/[^\x20-\x7e]/g, '?').trim();
