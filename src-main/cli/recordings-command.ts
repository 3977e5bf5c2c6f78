import { existsSync, statSync } from 'node:fs';
import path from 'node:path';
import { type Command, Option } from 'commander';
import { EXPORT_FORMATS, type ExportFormat, type RecordingInfo } from '../../src-shared/index.ts';
import { DataDirectoryLock } from '../engine/index.ts';
import { Catalogue, exportRecording, recoverRecording, UNENCRYPTED_NOTE, verifyRecording } from '../recording/index.ts';
import { openSettings } from './engine-options.ts';
import { EXIT_FAILED } from './exit-codes.ts';
import { stopSignal } from './run-engine.ts';

interface RecordingsFlags {
  readonly dataDir?: string;
  readonly json?: boolean;
}

interface ExportFlags extends RecordingsFlags {
  readonly format: ExportFormat;
  readonly out?: string;
}

/** `ultramotion recordings …`: what is on the disk. A recording is named as `list` does, or by its folder's path. */
export function addRecordingsCommand(program: Command): void {
  const recordings = program.command('recordings').description('list, check, repair and export recordings');
  const add = (name: string, description: string): Command =>
    recordings
      .command(name)
      .description(description)
      .option('--data-dir <folder>', 'data directory whose recordings are meant')
      .option('--json', 'print one JSON object');
  add('list', 'all recordings, newest first').action(list);
  add('verify <recording>', 'hold a recording against itself: headers, pixels, mask slots, times, counts').action(
    verify,
  );
  add('recover <recording>', 'make a recording whole whose engine crashed').action(recover);
  add('export <recording>', 'write a recording as one file')
    .addOption(new Option('--format <format>', 'what to write').choices(EXPORT_FORMATS).default('mha'))
    .option('--out <file>', 'where to; by default <recording>.<format> here')
    .action(exportIt);
}

async function list(flags: RecordingsFlags): Promise<void> {
  const catalogue = catalogueOf(flags);
  const recordings = await catalogue.list();
  if (flags.json === true) {
    print({ folder: catalogue.folder, note: UNENCRYPTED_NOTE, recordings });
    return;
  }
  process.stderr.write(`${catalogue.folder}: ${recordings.length} recordings. ${UNENCRYPTED_NOTE}\n`);
  for (const recording of recordings) {
    process.stdout.write(`${lineOf(recording)}\n`);
  }
}

function lineOf({ name, state, durationS, frames, masks, lost, missing, bytes, message }: RecordingInfo): string {
  const seconds = Math.floor(durationS);
  const clock = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60]
    .map((part) => String(part).padStart(2, '0'))
    .join(':');
  const parts = [
    ...[name, state, clock, `${frames} frames`, `${masks.valid} masks`, `${lost} lost`],
    ...[missing === null ? 'not numbered' : `${missing} missing`, `${(bytes / 2 ** 20).toFixed(1)} MiB`],
    ...(message === null ? [] : [message]),
  ];
  return parts.join('  ');
}

async function verify(recording: string, flags: RecordingsFlags): Promise<void> {
  const check = await verifyRecording(await folderOf(recording, flags));
  if (flags.json === true) {
    print(check);
  } else {
    process.stdout.write(`${check.name}: ${check.ok ? 'whole' : 'NOT whole'}, ${check.frames} frames\n`);
    for (const fault of check.faults) {
      process.stdout.write(`  ${fault}\n`);
    }
  }
  if (!check.ok) {
    process.exitCode = EXIT_FAILED;
  }
}

async function recover(recording: string, flags: RecordingsFlags): Promise<void> {
  const folder = await folderOf(recording, flags);
  // An engine that is running may be writing it.
  const lock = new DataDirectoryLock(openSettings(flags).dataDir);
  try {
    const report = await recoverRecording(folder);
    if (flags.json === true) {
      print(report);
      return;
    }
    process.stdout.write(`${report.name}: ${report.changed ? 'made whole' : 'was whole'}, ${report.frames} frames\n`);
    for (const repair of report.repairs) {
      process.stdout.write(`  ${repair}\n`);
    }
  } finally {
    lock.release();
  }
}

async function exportIt(recording: string, flags: ExportFlags): Promise<void> {
  const folder = await folderOf(recording, flags);
  const file = path.resolve(flags.out ?? `${path.basename(folder)}.${flags.format}`);
  if (existsSync(file)) {
    throw new Error(`${file} is there already: choose another name with --out`);
  }
  const cancel = new AbortController();
  void stopSignal().then(() => cancel.abort(new Error('cancelled; nothing was written')));
  const progress = (frames: number, total: number): void => {
    if (frames % 100 === 0 || frames === total) {
      process.stderr.write(`\r${frames}/${total} frames${frames === total ? '\n' : ''}`);
    }
  };
  const report = await exportRecording({ folder, format: flags.format, file }, { signal: cancel.signal, progress });
  if (flags.json === true) {
    print({ ...report, note: UNENCRYPTED_NOTE });
    return;
  }
  process.stdout.write(`${report.files.join('\n')}\n`);
  process.stderr.write(`${[...report.notes, UNENCRYPTED_NOTE].join('\n')}\n`);
}

/** By path where that names a folder, else by name in the recordings folder. */
async function folderOf(recording: string, flags: RecordingsFlags): Promise<string> {
  const isPath = /[\\/]/.test(recording) && statSync(recording, { throwIfNoEntry: false })?.isDirectory() === true;
  return isPath ? path.resolve(recording) : catalogueOf(flags).folderOf(recording);
}

function catalogueOf(flags: RecordingsFlags): Catalogue {
  const { store, dataDir } = openSettings(flags);
  const chosen = store.current['recording.folder'];
  return new Catalogue(chosen === '' ? path.join(dataDir, 'recordings') : chosen);
}

function print(result: object): void {
  process.stdout.write(`${JSON.stringify(result)}\n`);
}
