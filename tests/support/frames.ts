import type { FrameLease, FrameMeta, RawFrame } from '../../src-shared/index.ts';

/** A small gray frame as an OpenIGTLink source would deliver it; `overrides` are what a test is about. */
export function aFrame(
  overrides: { receivedMs?: number; meta?: Partial<FrameMeta>; pixels?: Uint8Array; lease?: FrameLease } = {},
): RawFrame {
  const size = overrides.meta?.size ?? [4, 3];
  const pixels = overrides.pixels ?? new Uint8Array(size[0] * size[1]);
  return {
    meta: {
      streamId: 'main',
      sourceKind: 'live',
      deviceName: 'Image_Reference',
      ts: 1_700_000_000.5,
      tsBits: 0x6553f10080000000n,
      frameId: 7,
      frameIdOrigin: 'source',
      size,
      spacing: [0.1, 0.1, 1],
      scale: { mmPerPixel: [0.1, 0.1], origin: 'source' },
      orientation: 'MF',
      coordFrame: 'Reference',
      pose: null,
      sourceImageHeader: new Uint8Array(72),
      ...overrides.meta,
    },
    scalarType: 'uint8',
    components: 1,
    raw: pixels,
    pixels,
    receivedMs: overrides.receivedMs ?? 0,
    lease: overrides.lease ?? null,
  };
}
