import { type PointerEvent, type RefObject, useEffect, useRef, useState } from 'react';
import { useClient } from '../state/console-context.ts';
import { liveStore, newCaliperId } from './live-store.ts';
import type { Caliper } from './measure.ts';
import { apply, invert, limitZoom, type Placement, type Point, zoomAt } from './view-transform.ts';

/** A notch of the wheel enlarges by about an eighth. */
const WHEEL_SHARE = 1 / 800;
/** Shorter than this a distance was a click. CSS pixels. */
const SHORTEST_DRAG = 4;

interface Drag {
  readonly start: Point;
  readonly startOffset: Point;
  readonly caliper: Caliper | null;
}

/** Mouse, pen and touch on the picture: the wheel enlarges, dragging moves or measures. Returns what is being laid. */
export function useStagePointer(stage: RefObject<HTMLElement | null>, place: Placement | null) {
  const client = useClient();
  const [draft, setDraft] = useState<Caliper | null>(null);
  const drag = useRef<Drag | null>(null);
  const placeNow = useRef(place);
  placeNow.current = place;

  const pointOf = (event: { readonly clientX: number; readonly clientY: number }): Point => {
    const { left, top } = stage.current?.getBoundingClientRect() ?? { left: 0, top: 0 };
    return [event.clientX - left, event.clientY - top];
  };

  useEffect(() => {
    // Not React's onWheel: that one cannot keep the page from scrolling.
    const onWheel = (event: WheelEvent): void => {
      const box = placeNow.current?.box;
      const { left, top } = stage.current?.getBoundingClientRect() ?? { left: 0, top: 0 };
      if (box !== undefined) {
        event.preventDefault();
        const factor = Math.exp(-event.deltaY * WHEEL_SHARE);
        const at: Point = [event.clientX - left, event.clientY - top];
        liveStore.set({ zoom: zoomAt(liveStore.get().zoom, factor, at, box) });
      }
    };
    const element = stage.current;
    element?.addEventListener('wheel', onWheel, { passive: false });
    return () => element?.removeEventListener('wheel', onWheel);
  }, [stage]);

  const onPointerDown = (event: PointerEvent): void => {
    if (event.button !== 0 || place === null || (event.target as Element).closest('button, input') !== null) {
      return;
    }
    const start = pointOf(event);
    const { tool, zoom } = liveStore.get();
    const { view } = client.getState();
    const seq = view?.cine == null ? null : (view.picture?.seq ?? null);
    const from = onPicture(place, start, view?.picture?.size);
    const caliper = tool === 'distance' && from !== null ? { id: newCaliperId(), from, to: from, seq } : null;
    drag.current = { start, startOffset: zoom.offset, caliper };
    stage.current?.setPointerCapture(event.pointerId);
  };

  const onPointerMove = (event: PointerEvent): void => {
    const current = drag.current;
    if (current === null || place === null) {
      return;
    }
    const at = pointOf(event);
    if (current.caliper !== null) {
      const to = clampedTo(apply(invert(place.matrix), at), client.getState().view?.picture?.size);
      setDraft({ ...current.caliper, to });
    } else if (liveStore.get().tool === 'move') {
      const moved = (axis: 0 | 1, length: number): number =>
        current.startOffset[axis] + (at[axis] - current.start[axis]) / length;
      const offset: Point = [moved(0, place.box.width), moved(1, place.box.height)];
      liveStore.set({ zoom: limitZoom({ scale: liveStore.get().zoom.scale, offset }) });
    }
  };

  const onPointerUp = (event: PointerEvent): void => {
    const [x, y] = pointOf(event);
    const start = drag.current?.start ?? [x, y];
    if (draft !== null && Math.hypot(x - start[0], y - start[1]) >= SHORTEST_DRAG) {
      liveStore.set({ calipers: [...liveStore.get().calipers, draft] });
    }
    drag.current = null;
    setDraft(null);
  };

  return { draft, handlers: { onPointerDown, onPointerMove, onPointerUp, onPointerCancel: onPointerUp } };
}

/** A point of the stage as one of the picture; null beside it. */
function onPicture(place: Placement, at: Point, size: Point | undefined): Point | null {
  const point = apply(invert(place.matrix), at);
  const clamped = clampedTo(point, size);
  return Math.abs(point[0] - clamped[0]) < 1 && Math.abs(point[1] - clamped[1]) < 1 ? clamped : null;
}

function clampedTo([x, y]: Point, size: Point | undefined): Point {
  const [columns, rows] = size ?? [0, 0];
  return [Math.max(0, Math.min(columns, x)), Math.max(0, Math.min(rows, y))];
}
