import type { Colour } from '../live/palette.ts';

/** Cividis in eight steps (Nuñez, Anderton and Renslow 2018): even in brightness, the same to the colour-blind. */
const STOPS: readonly Colour[] = [
  [0, 34, 78],
  [35, 62, 108],
  [75, 88, 109],
  [102, 113, 114],
  [134, 139, 119],
  [172, 166, 110],
  [213, 195, 89],
  [254, 232, 56],
];

/** On black the darkest steps are not seen: the scale begins here. */
const FIRST_STEP = 0.12;

/** RGB 0..255 of a value 0..1. */
export function colourAt(value: number): Colour {
  const clamped = Math.min(1, Math.max(0, Number.isFinite(value) ? value : 0));
  const at = (FIRST_STEP + (1 - FIRST_STEP) * clamped) * (STOPS.length - 1);
  const below = STOPS[Math.floor(at)] as Colour;
  const above = STOPS[Math.ceil(at)] as Colour;
  const share = at - Math.floor(at);
  const mix = (channel: 0 | 1 | 2): number => Math.round(below[channel] + (above[channel] - below[channel]) * share);
  return [mix(0), mix(1), mix(2)];
}

/** The scale as a CSS gradient, lowest value on the left. */
export function gradient(): string {
  const colours = Array.from({ length: 9 }, (_, index) => `rgb(${colourAt(index / 8).join(' ')})`);
  return `linear-gradient(to right, ${colours.join(', ')})`;
}
