import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';

/** In a process of its own: the test runner keeps the priority it has. */
const SCRIPT = `
  import os from 'node:os';
  import { askForPriority } from ${JSON.stringify(new URL('../../../src-main/pipeline/priority.ts', import.meta.url).href)};
  const before = os.getPriority();
  const granted = askForPriority();
  console.log(JSON.stringify({ before, granted, after: os.getPriority() }));
`;

describe('askForPriority', () => {
  it('puts the process before ordinary ones where the system allows it, and says whether it did', () => {
    const { before, granted, after } = JSON.parse(
      execFileSync(process.execPath, ['--input-type=module', '-e', SCRIPT], { encoding: 'utf8' }),
    ) as { before: number; granted: boolean; after: number };
    expect(granted ? after < before : after === before).toBe(true);
    // Root may always.
    if (process.getuid?.() === 0) expect(granted).toBe(true);
  });
});
