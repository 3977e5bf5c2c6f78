/** Everything a page can ask of the main process: one row per channel, the schema of its arguments, what comes back. */
import { z } from 'zod';

export const channelSchemas = {
  'window:full-screen': z.tuple([z.enum(['on', 'off', 'toggle'])]),
} as const;

export type ChannelName = keyof typeof channelSchemas;
export type ChannelArguments<N extends ChannelName> = z.infer<(typeof channelSchemas)[N]>;
export interface ChannelResults {
  /** Whether the window fills the screen from now on. */
  'window:full-screen': boolean;
}

/** Main -> page, through the preload: a port to the engine. Sent with every new engine and every new page. */
export type PortChannel = 'engine-port';
