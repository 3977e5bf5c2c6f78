import type { DisplayFrame } from '../../src-shared/index.ts';

/**
 * Deliberate faults, to show that the browser test can fail. Only a page opened with `?probe=1&fault=…` has one.
 *
 * mirror: the mask flipped left to right. one-frame-late: the mask of the frame before.
 */
export type Fault = 'none' | 'mirror' | 'one-frame-late';

/** Reads `?probe=1&fault=…`; null without `probe=1`, whatever else is asked for. */
export function probeOf(parameters: URLSearchParams): { readonly fault: Fault } | null {
  if (parameters.get('probe') !== '1') {
    return null;
  }
  const fault = parameters.get('fault');
  return { fault: fault === 'mirror' || fault === 'one-frame-late' ? fault : 'none' };
}

/** The frame as a faulty console would draw it. `before` is the frame painted before this one. */
export function withFault(frame: DisplayFrame, before: DisplayFrame | null, fault: Fault): DisplayFrame {
  switch (fault) {
    case 'none':
      return frame;
    case 'mirror':
      return { ...frame, maskBits: frame.maskBits === null ? null : mirrored(frame.maskBits, frame.size) };
    case 'one-frame-late': {
      const fits = before !== null && before.size[0] === frame.size[0] && before.size[1] === frame.size[1];
      return { ...frame, maskBits: fits ? before.maskBits : null };
    }
  }
}

function mirrored(bits: Uint8Array, [columns, rows]: readonly [number, number]): Uint8Array {
  const out = new Uint8Array(bits.length);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      const from = row * columns + column;
      const to = row * columns + (columns - 1 - column);
      const bit = ((bits[from >> 3] as number) >> (from & 7)) & 1;
      out[to >> 3] = (out[to >> 3] as number) | (bit << (to & 7));
    }
  }
  return out;
}
