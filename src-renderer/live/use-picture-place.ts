import { type RefObject, useEffect, useMemo, useState } from 'react';
import { useConsole } from '../state/console-context.ts';
import { useLiveView } from './live-store.ts';
import { type Placement, placePicture } from './view-transform.ts';

/** Size of an element in CSS pixels, followed as it changes. */
export function useAreaOf(element: RefObject<HTMLElement | null>): readonly [width: number, height: number] {
  const [area, setArea] = useState<readonly [number, number]>([0, 0]);
  useEffect(() => {
    const observer = new ResizeObserver(([entry]) => {
      if (entry !== undefined) {
        setArea([entry.contentRect.width, entry.contentRect.height]);
      }
    });
    if (element.current !== null) {
      observer.observe(element.current);
    }
    return () => observer.disconnect();
  }, [element]);
  return area;
}

/** Where the picture lies in an area of this size, turned and enlarged as set; null without a picture. */
export function usePicturePlace(area: readonly [width: number, height: number]): Placement | null {
  const [width, height] = area;
  const columns = useConsole((state) => state.view?.picture?.size[0] ?? null);
  const rows = useConsole((state) => state.view?.picture?.size[1] ?? null);
  const mmX = useConsole((state) => state.view?.picture?.mmPerPixel[0] ?? 1);
  const mmY = useConsole((state) => state.view?.picture?.mmPerPixel[1] ?? 1);
  const flipHorizontal = useConsole((state) => state.snapshot?.settings['view.flipHorizontal'] ?? false);
  const flipVertical = useConsole((state) => state.snapshot?.settings['view.flipVertical'] ?? false);
  const quarterTurns = useConsole((state) => state.snapshot?.settings['view.quarterTurns'] ?? 0);
  const zoom = useLiveView((state) => state.zoom);
  return useMemo(
    () =>
      columns === null || rows === null
        ? null
        : placePicture({
            area: [width, height],
            size: [columns, rows],
            mmPerPixel: [mmX, mmY],
            turn: { flipHorizontal, flipVertical, quarterTurns },
            zoom,
            devicePixelRatio: window.devicePixelRatio,
          }),
    [width, height, columns, rows, mmX, mmY, flipHorizontal, flipVertical, quarterTurns, zoom],
  );
}
