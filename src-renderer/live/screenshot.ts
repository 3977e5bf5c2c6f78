import { saveFile } from '../components/save-file.ts';
import type { ConsoleClient, ConsoleState } from '../state/console-client.ts';
import { presentationOf } from '../state/console-context.ts';
import { wordsFor } from '../words/catalogues.ts';
import type { Words } from '../words/words.ts';
import { shownCalipers } from './calipers.tsx';
import { liveStore } from './live-store.ts';
import { lengthMm, probeAxes, rulerTicks } from './measure.ts';
import { resultWord, smoothedOver } from './presentation.ts';
import { sourceTime } from './source-time.ts';
import { apply, NO_ZOOM, type Placement, type Point, placePicture } from './view-transform.ts';
import type { Capture } from './worker-protocol.ts';

/** The picture's longer side in the file, at least; small grids are enlarged so that what is written on them is read. */
const LONGER_SIDE = 1280;
const LINE_HEIGHT = 26;
const MARGIN = 14;
const NOTICE_SHOWN_MS = 4000;
const FONT = '16px system-ui, sans-serif';

/** Saves the picture on screen as a PNG with everything burnt in that one must know to read it later. */
export async function takeScreenshot(client: ConsoleClient): Promise<void> {
  const capture = await client.capture();
  if (capture === null) {
    notify('no-picture');
    return;
  }
  const at = new Date();
  const state = client.getState();
  const canvas = drawScreenshot(capture, state, wordsFor(state.snapshot?.settings['view.language'] ?? 'auto'), at);
  const name = `ultramotion-${at.toISOString().replace(/[:.]/g, '-')}.png`;
  saveFile(name, await canvas.convertToBlob({ type: 'image/png' }));
  notify('saved');
}

function notify(notice: 'saved' | 'no-picture'): void {
  liveStore.set({ notice });
  setTimeout(() => liveStore.set({ notice: null }), NOTICE_SHOWN_MS);
}

function drawScreenshot(capture: Capture, state: ConsoleState, words: Words, at: Date): OffscreenCanvas {
  const { picture, rgba } = capture;
  const settings = state.snapshot?.settings;
  const lines = facts(capture, state, words, at);
  const stripHeight = lines.length * LINE_HEIGHT + 2 * MARGIN;
  const place = placePicture({
    area: [LONGER_SIDE, LONGER_SIDE],
    size: picture.size,
    mmPerPixel: picture.mmPerPixel,
    turn: {
      flipHorizontal: settings?.['view.flipHorizontal'] ?? false,
      flipVertical: settings?.['view.flipVertical'] ?? false,
      quarterTurns: settings?.['view.quarterTurns'] ?? 0,
    },
    zoom: NO_ZOOM,
    devicePixelRatio: 1,
  }) as Placement;
  const { box } = place;
  const canvas = new OffscreenCanvas(LONGER_SIDE, box.height + stripHeight);
  const context = canvas.getContext('2d') as OffscreenCanvasRenderingContext2D;
  context.fillStyle = '#000';
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.translate(0, -box.y);
  drawPicture(context, place, picture.size, rgba);
  drawRulerAndMarker(context, place, capture, state);
  drawCalipers(context, place, capture, state, words);
  drawStateAcross(context, place, state, words);
  context.translate(0, box.y);
  context.fillStyle = '#fff';
  context.font = FONT;
  context.textBaseline = 'top';
  lines.forEach((line, index) => {
    context.fillText(line, MARGIN, box.height + MARGIN + index * LINE_HEIGHT, LONGER_SIDE - 2 * MARGIN);
  });
  return canvas;
}

/** Time, source, scale, model, state and what it is not for: one line each. */
function facts({ picture }: Capture, state: ConsoleState, words: Words, at: Date): readonly string[] {
  const { live, shell } = words;
  const { snapshot, view } = state;
  const presentation = presentationOf(state);
  const word = resultWord(picture);
  const cine = view?.cine ?? null;
  const said = [
    words.state.words[presentation.state],
    presentation.kind === null ? null : words.state.kinds[presentation.kind].text,
    cine === null ? null : live.cine.before(cine.beforeLastMs),
  ];
  const model = [snapshot?.inference.modelId ?? shell.none, snapshot?.inference.provider?.toUpperCase() ?? shell.none];
  const result = word === null ? shell.none : live.results[word];
  const score = picture.score === null ? '' : ` (${live.score(picture.score)})`;
  const settings = snapshot?.settings;
  const turned = settings === undefined ? null : live.turned(settings);
  const smoothed = smoothedOver(state);
  return [
    `${shell.researchUseOnly} · ${shell.notForDiagnosis} · ${said.filter((part) => part !== null).join(' · ')}`,
    live.screenshot.times(sourceTime(picture.tsBits)?.toISOString() ?? null, at.toISOString()),
    live.screenshot.source(
      snapshot?.source.address ?? shell.none,
      snapshot?.source.deviceName ?? null,
      picture.frameId,
    ),
    picture.scaleOrigin === 'source'
      ? live.scale.known(picture.mmPerPixel)
      : live.scale.assumed(picture.mmPerPixel, picture.scaleOrigin),
    live.screenshot.model(model.join(' · '), `${result}${score}`, state.style.visible ? null : live.maskHidden),
    ...(turned === null ? [] : [turned]),
    ...(smoothed === null ? [] : [live.smoothed(smoothed)]),
  ];
}

type Context = OffscreenCanvasRenderingContext2D;

function drawPicture(
  context: Context,
  { matrix }: Placement,
  size: readonly [number, number],
  rgba: Uint8ClampedArray<ArrayBuffer>,
): void {
  const grid = new OffscreenCanvas(size[0], size[1]);
  grid.getContext('2d')?.putImageData(new ImageData(rgba, size[0], size[1]), 0, 0);
  context.save();
  context.transform(...matrix);
  context.drawImage(grid, 0, 0);
  context.restore();
}

function drawRulerAndMarker(
  context: Context,
  { matrix, box }: Placement,
  { picture }: Capture,
  state: ConsoleState,
): void {
  const axes = probeAxes(state.snapshot?.settings['source.orientation'] ?? 'MF', picture.size);
  const { depthAxis, depthGrows } = axes;
  const mm = picture.mmPerPixel[depthAxis];
  const length = picture.size[depthAxis];
  const at = (depthMm: number): Point => {
    const along = depthGrows ? depthMm / mm : length - depthMm / mm;
    return apply(matrix, depthAxis === 0 ? [along, 0] : [0, along]);
  };
  const [start, one] = [at(0), at(1)];
  const isUpright = Math.abs(one[1] - start[1]) >= Math.abs(one[0] - start[0]);
  const perMm = Math.hypot(one[0] - start[0], one[1] - start[1]);
  context.strokeStyle = '#fff';
  context.fillStyle = '#fff';
  context.font = FONT;
  context.textBaseline = 'middle';
  for (const { depthMm, isNumbered } of rulerTicks(length * mm, perMm)) {
    const [x, y] = at(depthMm);
    const tick = isNumbered ? 16 : 8;
    context.beginPath();
    context.moveTo(isUpright ? box.x : x, isUpright ? y : box.y);
    context.lineTo(isUpright ? box.x + tick : x, isUpright ? y : box.y + tick);
    context.stroke();
    if (isNumbered && depthMm > 0) {
      context.fillText(String(depthMm), isUpright ? box.x + 20 : x, isUpright ? y : box.y + 28);
    }
  }
  const corner = apply(matrix, axes.markedCorner);
  const inside = (value: number, from: number, extent: number): number =>
    Math.max(from + 24, Math.min(from + extent - 24, value));
  const [x, y] = [inside(corner[0], box.x, box.width), inside(corner[1], box.y, box.height)];
  context.beginPath();
  context.arc(x, y, 12, 0, 2 * Math.PI);
  context.fill();
  context.fillStyle = '#000';
  context.textAlign = 'center';
  context.fillText('M', x, y + 1);
  context.textAlign = 'start';
}

function drawCalipers(
  context: Context,
  { matrix }: Placement,
  { picture }: Capture,
  state: ConsoleState,
  { live }: Words,
): void {
  const seq = (state.view?.cine ?? null) === null ? null : picture.seq;
  context.font = `bold ${FONT}`;
  for (const caliper of shownCalipers(liveStore.get().calipers, seq)) {
    const [from, to] = [apply(matrix, caliper.from), apply(matrix, caliper.to)];
    for (const [colour, width] of [
      ['#000', 5],
      ['#fff', 2],
    ] as const) {
      context.strokeStyle = colour;
      context.lineWidth = width;
      context.beginPath();
      context.moveTo(...from);
      context.lineTo(...to);
      context.stroke();
    }
    const text = live.measure.length(lengthMm(caliper, picture.mmPerPixel), picture.scaleOrigin);
    const [x, y] = from[0] > to[0] ? from : to;
    context.fillStyle = '#000';
    context.fillRect(x + 8, y - 12, context.measureText(text).width + 8, 24);
    context.fillStyle = '#fff';
    context.fillText(text, x + 12, y + 1);
  }
  context.lineWidth = 1;
}

/** Whatever is not LIVE is said across the picture, so that no crop of it passes for one that was. */
function drawStateAcross(context: Context, { box }: Placement, state: ConsoleState, words: Words): void {
  const { state: word, kind } = presentationOf(state);
  const texts = [word === 'LIVE' ? null : words.state.words[word], kind === null ? null : words.state.kinds[kind].word];
  const text = [...new Set(texts.filter((part) => part !== null))].join(' · ');
  if (text === '') {
    return;
  }
  context.save();
  context.translate(box.x + box.width / 2, box.y + box.height / 2);
  context.rotate(-Math.PI / 10);
  context.font = `bold ${Math.min(160, (1.3 * box.width) / text.length)}px system-ui, sans-serif`;
  context.textAlign = 'center';
  context.textBaseline = 'middle';
  context.lineWidth = 3;
  context.strokeStyle = 'rgb(244 185 66 / 0.7)';
  context.strokeText(text, 0, 0);
  context.restore();
}
