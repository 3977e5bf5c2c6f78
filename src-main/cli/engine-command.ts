import type { Command } from 'commander';
import { addEngineFlags, type EngineFlags } from './engine-options.ts';
import { runEngine, stopSignal } from './run-engine.ts';
import { openStandardError } from './standard-error.ts';

/** `ultramotion engine`: the engine alone, until stopped. */
export function addEngineCommand(program: Command): void {
  addEngineFlags(program.command('engine').description('run the engine without a window, until stopped'))
    .option('--json', 'print one JSON line with the addresses once everything listens')
    .action(async (flags: EngineFlags & { json?: boolean }) => {
      const stopped = stopSignal();
      const running = await runEngine(flags);
      openStandardError().say(`engine running; console at ${running.url}; Ctrl+C ends it\n`);
      if (flags.json === true) {
        const { publisher, source } = running.engine.snapshot();
        process.stdout.write(
          `${JSON.stringify({ url: running.url, publish: publisher.address, source: source.address, pid: process.pid })}\n`,
        );
      }
      await stopped;
      await running.close();
    });
}
