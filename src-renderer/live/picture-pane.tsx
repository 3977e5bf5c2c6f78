import { type CSSProperties, useEffect, useRef } from 'react';
import { useClient, useConsole } from '../state/console-context.ts';
import type { Matrix, Placement } from './view-transform.ts';
import type { PaneName } from './worker-protocol.ts';

interface PicturePaneProps {
  readonly pane: PaneName;
  readonly place: Placement | null;
}

/** A canvas on the picture's own grid, put in its place by one transform. The worker draws on it. */
export function PicturePane({ pane, place }: PicturePaneProps) {
  const client = useClient();
  const holder = useRef<HTMLDivElement>(null);
  const columns = useConsole((state) => state.view?.picture?.size[0] ?? 0);
  const rows = useConsole((state) => state.view?.picture?.size[1] ?? 0);
  useEffect(
    () =>
      client.provideCanvas(pane, () => {
        const canvas = document.createElement('canvas');
        holder.current?.replaceChildren(canvas);
        return canvas.transferControlToOffscreen();
      }),
    [client, pane],
  );
  const style: CSSProperties =
    place === null
      ? { visibility: 'hidden' }
      : { width: columns, height: rows, transform: `matrix(${asCss(place.matrix)})` };
  return <div className="picture" data-pane={pane} ref={holder} style={style} />;
}

const asCss = (matrix: Matrix): string => matrix.map((value) => value.toFixed(6)).join(', ');
