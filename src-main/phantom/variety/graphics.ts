import type { Random } from '../random.ts';

/** A gray picture that graphics are burnt into, 0 to 1. */
export interface Canvas {
  readonly pixels: Float32Array;
  readonly columns: number;
  readonly rows: number;
}

/** Burns scanner graphics into the picture: text, scale ticks, a gray bar, a logo, a focus mark, dotted lines. */
export function burnGraphics(random: Random, canvas: Canvas): void {
  if (!random.chance(0.45)) return;
  const gray = random.uniform(0.5, 1);
  if (random.chance(0.6)) for (let i = random.integer(1, 5); i > 0; i--) text(random, canvas, gray);
  if (random.chance(0.6)) ticks(random, canvas, gray);
  if (random.chance(0.3)) grayBar(random, canvas);
  if (random.chance(0.3)) logo(random, canvas, gray);
  if (random.chance(0.25)) mark(random, canvas, gray);
  if (random.chance(0.15)) dots(random, canvas, gray);
}

function fill(
  { pixels, columns, rows }: Canvas,
  left: number,
  top: number,
  width: number,
  height: number,
  gray: number,
) {
  for (let y = Math.max(0, top); y < Math.min(rows, top + height); y++) {
    for (let x = Math.max(0, left); x < Math.min(columns, left + width); x++) pixels[y * columns + x] = gray;
  }
}

/** A place near the picture's edge, or now and then anywhere. */
function place(random: Random, { columns, rows }: Canvas): [x: number, y: number] {
  const [x, y] = [random.integer(0, columns - 1), random.integer(0, rows - 1)];
  if (random.chance(0.15)) return [x, y];
  const side = random.integer(0, 3);
  const near = (extent: number) => Math.round(random.uniform(0.005, 0.08) * extent);
  if (side === 0) return [near(columns), y];
  if (side === 1) return [columns - near(columns) - 12, y];
  return side === 2 ? [x, near(rows)] : [x, rows - near(rows) - 8];
}

/** Words of made-up letters: strokes on a 3 x 5 raster, which is what small type looks like at this size. */
function text(random: Random, canvas: Canvas, gray: number): void {
  const [x0, y0] = place(random, canvas);
  const dot = random.integer(1, 2);
  const letters = random.integer(2, 14);
  for (let letter = 0; letter < letters; letter++) {
    if (random.chance(0.15)) continue;
    const shape = random.integer(1, 2 ** 15 - 1);
    for (let bit = 0; bit < 15; bit++) {
      if ((shape >> bit) & 1)
        fill(canvas, x0 + (letter * 4 + (bit % 3)) * dot, y0 + Math.floor(bit / 3) * dot, dot, dot, gray);
    }
  }
}

function ticks(random: Random, canvas: Canvas, gray: number): void {
  const upright = random.chance(0.7);
  const extent = upright ? canvas.rows : canvas.columns;
  const across = upright ? canvas.columns : canvas.rows;
  const far = random.chance(0.5);
  const at = Math.round(random.uniform(0.01, 0.1) * across);
  const spacing = Math.max(5, Math.round(random.uniform(0.03, 0.15) * extent));
  const length = random.integer(2, 7);
  for (let i = random.integer(0, spacing), n = 0; i < extent; i += spacing, n++) {
    const reach = n % 5 === 0 ? 2 * length : length;
    const start = far ? across - at - reach : at;
    if (upright) fill(canvas, start, i, reach, 1, gray);
    else fill(canvas, i, start, 1, reach, gray);
  }
}

function grayBar(random: Random, canvas: Canvas): void {
  const left = random.chance(0.5) ? 3 : canvas.columns - 14;
  const [width, height] = [random.integer(4, 10), Math.round(random.uniform(0.2, 0.5) * canvas.rows)];
  const top = random.integer(2, canvas.rows - height);
  for (let i = 0; i < height; i++) fill(canvas, left, top + i, width, 1, 1 - i / height);
}

function logo(random: Random, canvas: Canvas, gray: number): void {
  const [x0, y0] = place(random, canvas);
  const radius = random.uniform(3, 9);
  const full = random.chance(0.5);
  for (let y = -Math.ceil(radius); y <= radius; y++) {
    for (let x = -Math.ceil(radius); x <= radius; x++) {
      const distance = Math.hypot(x, y);
      if (distance <= radius && (full || distance > radius - 1.5)) fill(canvas, x0 + x, y0 + y, 1, 1, gray);
    }
  }
}

/** A small arrow head at the side, as scanners show the focus. */
function mark(random: Random, canvas: Canvas, gray: number): void {
  const size = random.integer(3, 6);
  const y0 = random.integer(size, canvas.rows - size);
  const x0 = random.chance(0.5) ? 2 : canvas.columns - size - 2;
  for (let i = 0; i < size; i++) fill(canvas, x0 + i, y0 - (size - i), 1, 2 * (size - i), gray);
}

/** A dotted measuring line. */
function dots(random: Random, canvas: Canvas, gray: number): void {
  const [x0, y0] = [random.uniform(0, canvas.columns), random.uniform(0, canvas.rows)];
  const angle = random.uniform(0, Math.PI);
  const length = random.uniform(20, 90);
  for (let i = 0; i < length; i += 4) {
    fill(canvas, Math.round(x0 + i * Math.cos(angle)), Math.round(y0 + i * Math.sin(angle)), 1, 1, gray);
  }
}
