import type { Presentation } from '../live/presentation.ts';

/** there: a picture runs. waiting: nothing has gone wrong yet. trouble: something has, and it is said what. */
export type PictureOutcome = 'there' | 'waiting' | 'trouble';

const ON_ITS_WAY: readonly Presentation['veil'][] = ['CONNECTING', 'WAITING'];

/** What came of the source that was chosen. `message`: what the engine says is wrong with it, null when nothing is. */
export function pictureOutcome({ veil }: Pick<Presentation, 'veil'>, message: string | null): PictureOutcome {
  if (veil === null) {
    return 'there';
  }
  return ON_ITS_WAY.includes(veil) && message === null ? 'waiting' : 'trouble';
}
