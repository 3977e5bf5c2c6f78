import { execFileSync } from 'node:child_process';
import path from 'node:path';
import { describe, expect, it } from 'vitest';

const MODULE = path.resolve('src-main/pipeline/v8-settings.ts');

/** MB of young generation of a process that made and dropped objects for a while, keeping some of them for a time. */
function youngMbAfterLoad(before: string): number {
  const program = `
    import { getHeapSpaceStatistics } from 'node:v8';
    ${before}
    let kept = [];
    for (let round = 0; round < 1000; round++) {
      const made = Array.from({ length: 1000 }, (_, i) => ({ i, row: new Array(20).fill(round) }));
      kept = kept.length > 500 ? [] : [...kept, ...made.slice(0, 10)];
    }
    const young = getHeapSpaceStatistics().find(({ space_name }) => space_name === 'new_space');
    console.log(young.space_size / 1e6);
  `;
  return Number(execFileSync(process.execPath, ['--input-type=module', '-e', program], { encoding: 'utf8' }));
}

describe('the young generation', () => {
  it('keeps the size it began with, where V8 would widen it to its limit', () => {
    const call = `import { keepYoungGenerationSmall } from ${JSON.stringify(MODULE)}; keepYoungGenerationSmall();`;
    expect(youngMbAfterLoad('')).toBeGreaterThan(10);
    expect(youngMbAfterLoad(call)).toBeLessThan(5);
  });
});
