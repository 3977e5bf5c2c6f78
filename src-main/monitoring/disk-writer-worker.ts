import { parentPort } from 'node:worker_threads';
import type { DiskReport, DiskRequest } from './disk-writer.ts';
import { RotatingFile } from './rotating-file.ts';

/** A file nobody has written to for this long is closed: yesterday's history, a log that was switched off. */
const IDLE_MS = 120_000;

const files = new Map<string, { readonly file: RotatingFile; usedMs: number }>();

function fileOf(path: string): RotatingFile {
  const open = files.get(path) ?? { file: new RotatingFile(path), usedMs: 0 };
  files.set(path, open);
  open.usedMs = Date.now();
  return open.file;
}

function closeIdle(): void {
  for (const [path, { file, usedMs }] of files) {
    if (Date.now() - usedMs > IDLE_MS) {
      file.close();
      files.delete(path);
    }
  }
}

function write({ path, text, bytes, lines, rotation }: Extract<DiskRequest, { kind: 'write' }>): DiskReport {
  try {
    fileOf(path).write(text, rotation);
    return { path, bytes, lines, error: null };
  } catch (error) {
    return { path, bytes, lines, error: error instanceof Error ? error.message : String(error) };
  }
}

parentPort?.on('message', (request: DiskRequest) => {
  if (request.kind === 'close') {
    for (const { file } of files.values()) {
      file.close();
    }
    parentPort?.close();
    return;
  }
  closeIdle();
  parentPort?.postMessage(write(request) satisfies DiskReport);
});
