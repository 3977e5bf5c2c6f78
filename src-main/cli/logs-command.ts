import path from 'node:path';
import type { Command } from 'commander';
import { defaultDataDirectory } from '../engine/index.ts';
import { bundleLogs } from '../monitoring/index.ts';
import { openStandardError } from './standard-error.ts';

/** `ultramotion logs bundle`: what support needs, with secrets masked; the engine may run meanwhile. */
export function addLogsCommand(program: Command): void {
  const logs = program.command('logs').description('the log files');
  logs
    .command('bundle')
    .description('pack logs and the history of alerts, secrets masked, into one .tar.gz for support')
    .requiredOption('--out <file>', 'file to write (.tar.gz)')
    .option('--data-dir <folder>', 'data directory of the engine')
    .option('--json', 'print file, size and contents as JSON')
    .action(async (flags: { out: string; dataDir?: string; json?: boolean }) => {
      const dataDir = path.resolve(flags.dataDir ?? defaultDataDirectory());
      const bundle = await bundleLogs({ dataDir, file: path.resolve(flags.out), secrets: [] });
      openStandardError().say(
        `${bundle.entries.map((entry) => `  ${entry}\n`).join('')}${bundle.file}: ${bundle.bytes} bytes\n`,
      );
      if (flags.json === true) {
        process.stdout.write(`${JSON.stringify(bundle)}\n`);
      }
    });
}
