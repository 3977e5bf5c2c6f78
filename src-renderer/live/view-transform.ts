/**
 * How the picture is turned, mirrored, enlarged and moved on screen. Display only: the canvas keeps the source's own
 * grid, and everything drawn over it (ruler, marker, distances) goes through the same transform.
 */
import { letterbox, type Rectangle } from './geometry.ts';

export type Point = readonly [x: number, y: number];

/** Affine, as CSS `matrix(a, b, c, d, e, f)`: x' = a x + c y + e, y' = b x + d y + f. */
export type Matrix = readonly [a: number, b: number, c: number, d: number, e: number, f: number];

export interface ViewTurn {
  readonly flipHorizontal: boolean;
  readonly flipVertical: boolean;
  /** Clockwise; done before the mirroring, so that "left to right" is the screen's. */
  readonly quarterTurns: number;
}

export interface Zoom {
  /** 1: the whole picture fits. */
  readonly scale: number;
  /** Where the picture's middle lies from the middle of its place, in widths and heights of the picture at scale 1. */
  readonly offset: Point;
}

export const NO_ZOOM: Zoom = { scale: 1, offset: [0, 0] };
export const MAX_ZOOM = 16;

/** Where the picture lies in its area. */
export interface Placement {
  /** Picture pixels (0,0 = outer corner of the first one) to CSS pixels of the area. */
  readonly matrix: Matrix;
  /** What of the area the picture covers. */
  readonly visible: Rectangle;
  /** The picture's rectangle at zoom 1. */
  readonly box: Rectangle;
}

interface PlaceOptions {
  readonly area: readonly [width: number, height: number];
  readonly size: readonly [columns: number, rows: number];
  readonly mmPerPixel: readonly [x: number, y: number];
  readonly turn: ViewTurn;
  readonly zoom: Zoom;
  readonly devicePixelRatio: number;
}

/** Null when there is no room or no picture. */
export function placePicture(options: PlaceOptions): Placement | null {
  const { area, size, mmPerPixel, turn, zoom } = options;
  const upright = turn.quarterTurns % 2 === 0;
  const swap = ([a, b]: Point): Point => (upright ? [a, b] : [b, a]);
  const box = letterbox(area, swap(size), swap(mmPerPixel), options.devicePixelRatio);
  if (box === null) {
    return null;
  }
  // From picture pixels to a square of side 1 around 0, turned and mirrored there, then out to the box.
  const toUnit: Matrix = [1 / size[0], 0, 0, 1 / size[1], -0.5, -0.5];
  const toBox: Matrix = [
    ...([box.width * zoom.scale, 0, 0, box.height * zoom.scale] as const),
    box.x + box.width * (0.5 + zoom.offset[0]),
    box.y + box.height * (0.5 + zoom.offset[1]),
  ];
  const matrix = [quarters(turn.quarterTurns), mirror(turn), toBox].reduce((soFar, next) => after(next, soFar), toUnit);
  return { matrix, box, visible: visiblePart(matrix, size, area) };
}

/** Keeps some picture in sight: its edge never comes further in than the edge of its place. */
export function limitZoom({ scale, offset }: Zoom): Zoom {
  const limited = Math.max(1, Math.min(MAX_ZOOM, scale));
  const free = (limited - 1) / 2;
  const clamp = (value: number): number => Math.max(-free, Math.min(free, value));
  return { scale: limited, offset: [clamp(offset[0]), clamp(offset[1])] };
}

/** Enlarges by `factor` so that what lies under `at` (CSS pixels of the area) stays there. */
export function zoomAt(zoom: Zoom, factor: number, at: Point, box: Rectangle): Zoom {
  const scale = Math.max(1, Math.min(MAX_ZOOM, zoom.scale * factor));
  const ratio = scale / zoom.scale;
  const place = [(at[0] - box.x) / box.width - 0.5, (at[1] - box.y) / box.height - 0.5] as const;
  const moved = (axis: 0 | 1): number => place[axis] + (zoom.offset[axis] - place[axis]) * ratio;
  return limitZoom({ scale, offset: [moved(0), moved(1)] });
}

export function apply([a, b, c, d, e, f]: Matrix, [x, y]: Point): Point {
  return [a * x + c * y + e, b * x + d * y + f];
}

/** Back from the screen to the picture. */
export function invert([a, b, c, d, e, f]: Matrix): Matrix {
  const determinant = a * d - b * c;
  return [
    ...([d / determinant, -b / determinant, -c / determinant, a / determinant] as const),
    (c * f - d * e) / determinant,
    (b * e - a * f) / determinant,
  ];
}

/** `first`, then `second`. */
function after(second: Matrix, first: Matrix): Matrix {
  const [a, b, c, d] = second;
  const [x, y] = apply(second, [first[4], first[5]]);
  return [
    a * first[0] + c * first[1],
    b * first[0] + d * first[1],
    a * first[2] + c * first[3],
    b * first[2] + d * first[3],
    x,
    y,
  ];
}

function quarters(count: number): Matrix {
  const turns: readonly Matrix[] = [
    [1, 0, 0, 1, 0, 0],
    [0, 1, -1, 0, 0, 0],
    [-1, 0, 0, -1, 0, 0],
    [0, -1, 1, 0, 0, 0],
  ];
  return turns[((count % 4) + 4) % 4] as Matrix;
}

function mirror({ flipHorizontal, flipVertical }: ViewTurn): Matrix {
  return [flipHorizontal ? -1 : 1, 0, 0, flipVertical ? -1 : 1, 0, 0];
}

function visiblePart(matrix: Matrix, size: Point, area: Point): Rectangle {
  const corners = [apply(matrix, [0, 0]), apply(matrix, size)];
  const range = (axis: 0 | 1): readonly [number, number] => {
    const ends = corners.map((corner) => corner[axis]);
    return [Math.max(0, Math.min(...ends)), Math.min(area[axis], Math.max(...ends))];
  };
  const [left, right] = range(0);
  const [top, bottom] = range(1);
  return { x: left, y: top, width: Math.max(0, right - left), height: Math.max(0, bottom - top) };
}
