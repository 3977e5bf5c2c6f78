import { expect, it } from 'vitest';
import { restartDelayMs } from '../../../src-main/desktop/restart-delay.ts';

it('waits a quarter of a second after the first failure, twice as long after each further one, and never over 5 s', () => {
  expect([1, 2, 3, 4, 5, 6, 60].map(restartDelayMs)).toEqual([250, 500, 1000, 2000, 4000, 5000, 5000]);
});
