import { type KeyboardEvent, type RefObject, useEffect, useState } from 'react';
import { useClient } from '../state/console-context.ts';
import { begun, carried, entered, isArrow, type KeyedCaliper } from './keyed-caliper.ts';
import { liveStore, newCaliperId, useLiveView } from './live-store.ts';
import type { Caliper } from './measure.ts';
import type { Placement } from './view-transform.ts';

/**
 * While distances are measured, Enter on the picture begins one; arrows and Esc are its own until it is laid, so that a
 * frozen picture is stepped through as ever in between. Returns what is being laid.
 */
export function useStageKeys(stage: RefObject<HTMLElement | null>, place: Placement | null) {
  const client = useClient();
  const measures = useLiveView((state) => state.tool === 'distance');
  const [laid, setLaid] = useState<KeyedCaliper | null>(null);
  useEffect(() => {
    if (measures) {
      stage.current?.focus({ preventScroll: true });
    } else {
      setLaid(null);
    }
  }, [measures, stage]);

  const onKeyDown = (event: KeyboardEvent): void => {
    const { view } = client.getState();
    const picture = view?.picture ?? null;
    const isOurs = event.key === 'Enter' || (laid !== null && (isArrow(event.key) || event.key === 'Escape'));
    if (!measures || !isOurs || picture === null || place === null || event.target !== stage.current) {
      return;
    }
    event.preventDefault();
    // The same keys step through a frozen picture and skip the guide.
    event.stopPropagation();
    if (event.key === 'Escape') {
      setLaid(null);
    } else if (laid === null) {
      setLaid(begun(newCaliperId(), picture.size, view?.cine == null ? null : picture.seq));
    } else if (event.key === 'Enter') {
      const { next, done } = entered(laid);
      keep(done);
      setLaid(next);
    } else {
      setLaid(carried(laid, event, place.matrix, picture.size));
    }
  };
  return { laid: laid?.caliper ?? null, measures, onKeyDown };
}

function keep(caliper: Caliper | null): void {
  if (caliper !== null) {
    liveStore.set({ calipers: [...liveStore.get().calipers, caliper] });
  }
}
