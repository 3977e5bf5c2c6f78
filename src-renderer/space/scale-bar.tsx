import { useWords } from '../words/index.ts';

const WANTED_PIXELS = 140;

/** A length on screen; holds for everything parallel to it, as the view has no perspective. */
export function ScaleBar({ pixelsPerMm }: { readonly pixelsPerMm: number }) {
  const { space } = useWords();
  const mm = roundLength(WANTED_PIXELS / pixelsPerMm);
  return (
    <p className="space-scale figure">
      <span style={{ width: mm * pixelsPerMm }} />
      {space.millimetres(mm)}
    </p>
  );
}

/** The largest of 1, 2, 5, 10, 20, 50 … not above `mm`. */
export function roundLength(mm: number): number {
  const power = 10 ** Math.floor(Math.log10(mm));
  const step = [5, 2, 1].find((candidate) => candidate * power <= mm) ?? 1;
  return step * power;
}
