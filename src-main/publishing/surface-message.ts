import type { FrameMeta, SourceKind, SpacePlacement } from '../../src-shared/index.ts';
import { buildPolyData, type OutgoingMessage } from '../openigtlink/index.ts';

/** A bone surface on its way to Slicer. */
export interface SurfaceToPublish {
  /** Of the newest picture in it. */
  readonly meta: FrameMeta;
  /** x, y, z of each point, mm, in the source's own coordinates. */
  readonly points: Float32Array;
  readonly placement: SpacePlacement;
  readonly reference: string;
  readonly coordinates: 'RAS' | 'LPS';
}

/** As with masks: what is not of a patient carries another name. */
export function surfaceDeviceName(kind: SourceKind): string {
  switch (kind) {
    case 'demo':
      return 'BoneSurface_Demo';
    case 'replay':
      return 'BoneSurface_Replay';
    default:
      return 'BoneSurface';
  }
}

/**
 * POLYDATA of points. One vertex cell lists them all: without cells Slicer's model would show nothing. Numbers are the
 * source's, as with the mask: Slicer reads picture, mask and surface alike as RAS, and they lie on each other.
 */
export function surfaceMessage({ meta, points, placement, reference, coordinates }: SurfaceToPublish): OutgoingMessage {
  const everyPoint = Array.from({ length: points.length / 3 }, (_, index) => index);
  return {
    type: 'POLYDATA',
    deviceName: surfaceDeviceName(meta.sourceKind),
    timestampBits: meta.tsBits,
    content: [buildPolyData({ points, vertices: [everyPoint], lines: [], polygons: [], strips: [], attributes: [] })],
    metadata: new Map([
      ['Placement', placement],
      ['Reference', reference],
      ['SourceCoordinates', coordinates],
      ['ScaleOrigin', meta.scale.origin],
    ]),
  };
}
