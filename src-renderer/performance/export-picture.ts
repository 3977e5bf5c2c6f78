/** The charts as one PNG: each chart's drawing as it is on screen, under its title and legend, two beside each other. */

const SCALE = 2;
const MARGIN = 16;
const HEAD = 40;
const CAPTION = 40;
const COLUMNS = 2;
/** What a drawing takes from the page's styles and loses as a picture of its own. */
const STYLES = [
  'fill',
  'fill-opacity',
  'stroke',
  'stroke-width',
  'stroke-dasharray',
  'stroke-opacity',
  'font-size',
  'font-family',
  'text-anchor',
];

/** @throws when a drawing cannot be made a picture. */
export async function chartsPicture(root: Element, title: string): Promise<Blob> {
  const figures = [...root.querySelectorAll<HTMLElement>('figure.chart')];
  const drawings = await Promise.all(figures.map(drawingOf));
  const width = Math.max(...drawings.map((drawing) => drawing.width));
  const height = Math.max(...drawings.map((drawing) => drawing.height)) + CAPTION;
  const rows = Math.ceil(drawings.length / COLUMNS);
  const canvas = new OffscreenCanvas(
    SCALE * (COLUMNS * (width + MARGIN) + MARGIN),
    SCALE * (HEAD + rows * (height + MARGIN) + MARGIN),
  );
  const context = canvas.getContext('2d') as OffscreenCanvasRenderingContext2D;
  const page = getComputedStyle(document.documentElement);
  context.scale(SCALE, SCALE);
  context.fillStyle = page.getPropertyValue('--ground');
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.fillStyle = page.getPropertyValue('--text');
  context.font = `600 16px ${page.fontFamily}`;
  context.fillText(title, MARGIN, 26);
  drawings.forEach(({ picture, caption, keys, width: w, height: h }, i) => {
    const x = MARGIN + (i % COLUMNS) * (width + MARGIN);
    const y = HEAD + Math.floor(i / COLUMNS) * (height + MARGIN);
    context.fillStyle = page.getPropertyValue('--text');
    context.font = `600 13px ${page.fontFamily}`;
    context.fillText(caption, x, y + 14, width);
    let at = x;
    context.font = `12px ${page.fontFamily}`;
    for (const { text, colour } of keys) {
      context.fillStyle = colour;
      context.fillText(text, at, y + 31);
      at += context.measureText(text).width + MARGIN;
    }
    context.drawImage(picture, x, y + CAPTION, w, h);
  });
  return canvas.convertToBlob({ type: 'image/png' });
}

interface Drawing {
  readonly picture: HTMLImageElement;
  readonly caption: string;
  readonly keys: readonly { readonly text: string; readonly colour: string }[];
  readonly width: number;
  readonly height: number;
}

async function drawingOf(figure: HTMLElement): Promise<Drawing> {
  const svg = figure.querySelector<SVGSVGElement>('.chart-plot svg');
  if (svg === null) {
    throw new Error(`chart ${figure.dataset['chart']}: there is no drawing`);
  }
  const { width, height } = svg.getBoundingClientRect();
  const copy = svg.cloneNode(true) as SVGSVGElement;
  const originals = [svg, ...svg.querySelectorAll('*')];
  [copy, ...copy.querySelectorAll('*')].forEach((element, i) => {
    const style = getComputedStyle(originals[i] as Element);
    for (const name of STYLES) {
      element.setAttribute(name, style.getPropertyValue(name));
    }
    element.removeAttribute('style');
  });
  copy.setAttribute('xmlns', 'http://www.w3.org/2000/svg');
  copy.setAttribute('width', String(width));
  copy.setAttribute('height', String(height));
  const picture = new Image();
  picture.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(new XMLSerializer().serializeToString(copy))}`;
  await picture.decode();
  return {
    picture,
    caption: figure.querySelector('.chart-title')?.textContent ?? '',
    keys: [...figure.querySelectorAll('.legend > span')].map((key) => ({
      text: key.textContent ?? '',
      colour: getComputedStyle(key.querySelector('line, rect') ?? key).getPropertyValue(
        key.querySelector('line') !== null ? 'stroke' : key.querySelector('rect') !== null ? 'fill' : 'color',
      ),
    })),
    width,
    height,
  };
}
