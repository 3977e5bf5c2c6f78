import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { dfineOfficial, segmenter } from '../../support/model-exports.ts';
import { TestBench } from '../../support/processes.ts';

describe('models add', () => {
  const bench = new TestBench();
  const dataDir = bench.folder();
  afterAll(() => bench.close());

  async function add(name: string, bytes: Buffer, ...said: readonly string[]): Promise<string> {
    const file = path.join(bench.folder(), `${name}.onnx`);
    writeFileSync(file, bytes);
    const run = bench.cli('models', 'add', file, '--data-dir', dataDir, ...said);
    expect(await run.exited, run.stderr).toBe(0);
    return run.lines.join('\n');
  }

  it('prints what it will do with a single-stage model, and what of it nobody said', async () => {
    const words = await add('plain', segmenter());
    expect(words).toMatch(/^added plain {2}segmenter/);
    expect(words).toMatch(/pixel values: 0 to 1 {2}\(assumed\)/);
    expect(words).toMatch(/mm per pixel: none: the picture as it comes {2}\(assumed\)/);
    expect(words).toMatch(/threshold: probability 0\.5 {2}\(assumed\)/);
    expect(words).toMatch(/Check what is assumed/);
  });

  it('assumes nothing that was said', async () => {
    const said = ['--white', '255', '--mean', '120', '--std', '60', '--mm-per-pixel', '0.2'];
    const words = await add('told', segmenter(), ...said, '--bone', '0', '--threshold', '0.7');
    expect(words).toMatch(/pixel values: 0 to 255, less 120, divided by 60\n/);
    expect(words).toMatch(/mm per pixel: 0\.2\n/);
    expect(words).toMatch(/threshold: probability 0\.7$/);
    expect(words).not.toContain('assumed');
  });

  it('says of a detector which label is taken for bone', async () => {
    const words = await add('detector', dfineOfficial(), '--threshold', '0.5');
    expect(words).toMatch(/detector: dfine-official, RGB, 640 x 640, stretch/);
    expect(words).toMatch(/bone: label 0 {2}\(assumed\)\n {2}threshold: score 0\.5\n/);
  });
});
