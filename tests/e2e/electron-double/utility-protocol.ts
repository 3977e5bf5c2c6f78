/** What the double's main process and the host inside its utility processes say over the fork's IPC channel. */
import type { EndId, PortMessage } from './ports.ts';

export type ToUtility =
  | { readonly kind: 'parent'; readonly message: PortMessage }
  | { readonly kind: 'port'; readonly end: EndId; readonly message: PortMessage }
  | { readonly kind: 'closed'; readonly end: EndId };

export type FromUtility = ToUtility;
