import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { describe, expect, it } from 'vitest';

const MODULE = path.resolve('src-main/phantom/index.ts');

describe('the end of a phantom that is still being rendered', () => {
  it('is waited for by who closes it, when frames come meanwhile: the process went without its last words', () => {
    const program = `
      import { PhantomLoop } from ${JSON.stringify(MODULE)};
      async function run() {
        const loop = new PhantomLoop({ seed: 1, columns: 160, rows: 120, loopFrames: 500 });
        await loop.ready(1);
        // Frames gather unread.
        Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 300);
        await loop.close();
        console.log('closed');
      }
      void run();
    `;
    const folder = mkdtempSync(path.join(os.tmpdir(), 'loop-end-'));
    const file = path.join(folder, 'program.mjs');
    writeFileSync(file, program);
    const said = execFileSync(process.execPath, [file], { encoding: 'utf8' });
    rmSync(folder, { recursive: true });
    expect(said).toBe('closed\n');
  });
});
