import type { Orientation } from '../../../src-shared/index.ts';

/**
 * A picture seen as beams: u runs along the probe towards the marked side, v along the beam away from the probe (MF).
 *
 * The pixels stay where they are; the pixel of (u, v) is `pixels[origin + u * strideU + v * strideV]`. What is drawn
 * through the same view lands on the source's own grid, so turning back needs no step of its own.
 */
export interface BeamView {
  readonly columns: number;
  readonly rows: number;
  readonly origin: number;
  readonly strideU: number;
  readonly strideV: number;
}

/** The view of a picture of `columns` x `rows` pixels (row-major, one component) whose +x and +y point to `orientation`. */
export function beamView(columns: number, rows: number, orientation: Orientation): BeamView {
  const lastColumn = columns - 1;
  const lastRow = (rows - 1) * columns;
  const corner = columns * rows - 1;
  switch (orientation) {
    case 'MF':
      return { columns, rows, origin: 0, strideU: 1, strideV: columns };
    case 'UF':
      return { columns, rows, origin: lastColumn, strideU: -1, strideV: columns };
    case 'MN':
      return { columns, rows, origin: lastRow, strideU: 1, strideV: -columns };
    case 'UN':
      return { columns, rows, origin: corner, strideU: -1, strideV: -columns };
    case 'FM':
      return { columns: rows, rows: columns, origin: 0, strideU: columns, strideV: 1 };
    case 'FU':
      return { columns: rows, rows: columns, origin: lastRow, strideU: -columns, strideV: 1 };
    case 'NM':
      return { columns: rows, rows: columns, origin: lastColumn, strideU: columns, strideV: -1 };
    case 'NU':
      return { columns: rows, rows: columns, origin: corner, strideU: -columns, strideV: -1 };
  }
}

/** mm per pixel along u and v of a source whose pixels measure `mmPerPixel` along x and y. */
export function beamSpacing(
  mmPerPixel: readonly [x: number, y: number],
  orientation: Orientation,
): readonly [u: number, v: number] {
  const depthAlongX = orientation[0] === 'F' || orientation[0] === 'N';
  return depthAlongX ? [mmPerPixel[1], mmPerPixel[0]] : mmPerPixel;
}

/** Rows and columns of a `BeamView` that hold the ultrasound picture: first included, end excluded. */
export interface ImageArea {
  readonly u0: number;
  readonly u1: number;
  readonly v0: number;
  readonly v1: number;
}
