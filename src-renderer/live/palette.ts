export type Colour = readonly [red: number, green: number, blue: number];

/**
 * Colours of the mask, RGB 0..255, from Okabe and Ito's palette: told from gray and from each other by everyone. Its red
 * and orange are left out: they look like "not live" and "no patient".
 */
export const MASK_COLOURS = {
  blue: [86, 180, 233],
  yellow: [240, 228, 66],
  green: [0, 158, 115],
  purple: [204, 121, 167],
} as const satisfies Readonly<Record<string, Colour>>;
export type MaskColour = keyof typeof MASK_COLOURS;

/** The colour where none was chosen. */
export const MASK_COLOUR: Colour = MASK_COLOURS.blue;

/** How the mask is drawn: all of it, its border, or only its edge towards the transducer. */
export const MASK_SHAPES = ['fill', 'outline', 'surface'] as const;
export type MaskShape = (typeof MASK_SHAPES)[number];

export interface MaskStyle {
  readonly visible: boolean;
  /** 0..1; at 1 a masked pixel is exactly the colour. */
  readonly opacity: number;
  readonly colour: MaskColour;
  readonly shape: MaskShape;
  /** The boxes a detector drew around what it found are shown too. */
  readonly boxes: boolean;
}

/** What a picture without an opaque mask pixel needs of the mask: nothing. */
export function showsMask(style: Pick<MaskStyle, 'visible' | 'opacity'>): boolean {
  return style.visible && style.opacity > 0;
}

/** One channel of a masked pixel: rounds as the GPU does, so that both renderers show the same bytes. */
export function blendChannel(picture: number, mask: number, opacity: number): number {
  return Math.round(picture + (mask - picture) * opacity);
}

const LITTLE_ENDIAN = new Uint8Array(new Uint32Array([1]).buffer)[0] === 1;

/** One opaque RGBA pixel as the 32-bit word that lies in an ImageData on this machine. */
export function pixelWord(red: number, green: number, blue: number): number {
  return LITTLE_ENDIAN
    ? ((255 << 24) | (blue << 16) | (green << 8) | red) >>> 0
    : ((red << 24) | (green << 16) | (blue << 8) | 255) >>> 0;
}

/** 256 words: gray value -> opaque RGBA pixel. */
export function grayTable(): Uint32Array<ArrayBuffer> {
  return Uint32Array.from({ length: 256 }, (_, gray) => pixelWord(gray, gray, gray));
}

/** 256 words: gray value under the mask -> opaque RGBA pixel. */
export function maskedGrayTable(opacity: number, colour: Colour = MASK_COLOUR): Uint32Array<ArrayBuffer> {
  const channel = (gray: number, mask: number): number => blendChannel(gray, mask, opacity);
  return Uint32Array.from({ length: 256 }, (_, gray) =>
    pixelWord(channel(gray, colour[0]), channel(gray, colour[1]), channel(gray, colour[2])),
  );
}

/**
 * Gray pixels through the tables into `out` (one word a pixel). `maskBits` as in the picture message: one bit a pixel,
 * least significant first; null draws the picture alone.
 */
export function fillGray(
  out: Uint32Array,
  pixels: Uint8Array,
  maskBits: Uint8Array | null,
  gray: Uint32Array,
  masked: Uint32Array,
): void {
  if (maskBits === null) {
    for (let i = 0; i < out.length; i++) {
      out[i] = gray[pixels[i] as number] as number;
    }
    return;
  }
  for (let i = 0, byte = 0; i < out.length; byte++) {
    const bits = maskBits[byte] as number;
    const end = Math.min(i + 8, out.length);
    if (bits === 0) {
      // Most of a picture is not bone: eight pixels at a time without looking at their bits.
      for (; i < end; i++) {
        out[i] = gray[pixels[i] as number] as number;
      }
    } else {
      for (let bit = 0; i < end; i++, bit++) {
        out[i] = ((bits >> bit) & 1 ? masked : gray)[pixels[i] as number] as number;
      }
    }
  }
}

/** RGB pixels into `out` (one word a pixel), blended with the mask colour where a mask bit is set. */
export function fillRgb(
  out: Uint32Array,
  pixels: Uint8Array,
  maskBits: Uint8Array | null,
  opacity: number,
  colour: Colour = MASK_COLOUR,
): void {
  const blend = (value: number, channel: 0 | 1 | 2): number => blendChannel(value, colour[channel], opacity);
  for (let i = 0, p = 0; i < out.length; i++, p += 3) {
    const red = pixels[p] as number;
    const green = pixels[p + 1] as number;
    const blue = pixels[p + 2] as number;
    const bone = maskBits !== null && (((maskBits[i >> 3] as number) >> (i & 7)) & 1) === 1;
    out[i] = bone ? pixelWord(blend(red, 0), blend(green, 1), blend(blue, 2)) : pixelWord(red, green, blue);
  }
}
