import { Command } from 'commander';
import { addBenchCommand } from './bench-command.ts';
import { buildName } from './build-name.ts';
import { addConsoleCommand } from './console-command.ts';
import { addEngineCommand } from './engine-command.ts';
import { addLogsCommand } from './logs-command.ts';
import { addModelsCommand } from './models-command.ts';
import { addRecordingsCommand } from './recordings-command.ts';
import { addSegmentCommand } from './segment-command.ts';
import { addSimulateCommand } from './simulate-command.ts';

/** The whole command line. Commander's own exits become errors, so that one place decides the exit code. */
export function buildProgram(): Command {
  const program = new Command('ultramotion')
    .description('Ultramotion Console: real-time ultrasound AI for image-guided therapy. Research use only.')
    .version(buildName())
    .showHelpAfterError('(--help lists what is possible)')
    .exitOverride()
    .configureHelp({ showGlobalOptions: false });
  addConsoleCommand(program);
  addEngineCommand(program);
  addSimulateCommand(program);
  addLogsCommand(program);
  addModelsCommand(program);
  addRecordingsCommand(program);
  addSegmentCommand(program);
  addBenchCommand(program);
  for (const command of [program, ...program.commands].flatMap((one) => one.commands)) {
    command.exitOverride();
  }
  return program;
}
