#!/usr/bin/env -S node --v8-pool-size=1
import { CommanderError } from 'commander';
import { EXIT_FAILED, EXIT_USAGE, UsageError } from './cli/exit-codes.ts';
import { runOnPinnedNode } from './cli/pinned-node.ts';
import { buildProgram } from './cli/program.ts';

/** `ultramotion <command>`: exits 0 when it did what it was asked, 1 when it failed, 2 for wrong usage. */
async function main(): Promise<void> {
  try {
    const code = await runOnPinnedNode();
    if (code !== null) {
      process.exitCode = code;
      return;
    }
    await buildProgram().parseAsync(process.argv);
  } catch (error) {
    if (error instanceof CommanderError) {
      process.exitCode = error.exitCode === 0 ? 0 : EXIT_USAGE;
      return;
    }
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = error instanceof UsageError ? EXIT_USAGE : EXIT_FAILED;
  }
}

void main();
