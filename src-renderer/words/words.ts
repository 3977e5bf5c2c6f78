import type { english } from './english/index.ts';

/** The shape of a catalogue: English gives it, every other language must fill all of it. */
export type Words = typeof english;

/** Everything that can be done, as the keys of its names: an action without a name does not compile. */
export type ActionId = keyof Words['actions'];
