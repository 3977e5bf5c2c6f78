import path from 'node:path';
import type { Command } from 'commander';
import { defaultSettings } from '../../src-shared/index.ts';
import { parseMmPerPixel } from './engine-options.ts';
import { UsageError } from './exit-codes.ts';
import { segment } from './segment.ts';

interface SegmentFlags {
  readonly out: string;
  readonly model: string;
  readonly mmPerPixel?: [number, number];
  readonly csv?: string;
}

/** `ultramotion segment INPUT --out FILE`: the live path's model on every frame of a recording. */
export function addSegmentCommand(program: Command): void {
  program
    .command('segment')
    .description('find the bone in every frame of a recording; prints a JSON summary')
    .argument('<input>', 'a recording (.mha .mhd .nrrd .nhdr)')
    .requiredOption('--out <file>', 'mask sequence to write (.mha .mhd .nrrd .nhdr): same frames, 0 and 1')
    .option('--model <id>', 'model to run', defaultSettings()['model.id'])
    .option('--mm-per-pixel <x[,y]>', 'pixel size of a recording that does not state its own, mm', parseMmPerPixel)
    .option('--csv <file>', 'bone surface per frame and column, mm')
    .action(async (input: string, flags: SegmentFlags) => {
      for (const file of [flags.out, flags.csv]) {
        if (file !== undefined && path.resolve(file) === path.resolve(input)) {
          throw new UsageError(`segment: ${file} is the input; the output needs a file of its own`);
        }
      }
      const summary = await segment({
        input,
        out: flags.out,
        csv: flags.csv ?? null,
        modelId: flags.model,
        mmPerPixel: flags.mmPerPixel ?? null,
      });
      process.stdout.write(`${JSON.stringify(summary, null, 2)}\n`);
    });
}
