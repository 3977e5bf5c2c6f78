import { useEffect, useLayoutEffect, useRef } from 'react';
import { useClient } from '../state/console-context.ts';
import type { ShownResult } from './worker-protocol.ts';

/**
 * Has `write` put into the document what is said of the picture on screen: with each picture whose result is another,
 * and after every render. Past React, as no component may render at the rate of the pictures.
 */
export function useShownResult(write: (result: ShownResult | null) => void): void {
  const client = useClient();
  const newest = useRef(write);
  useLayoutEffect(() => {
    newest.current = write;
    write(client.shownResult);
  });
  useEffect(() => client.onShownResult((result) => newest.current(result)), [client]);
}
