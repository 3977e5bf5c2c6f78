/** Thread of a recording: everything that touches the disk while frames come. One thread, one recording. */
import { statfs } from 'node:fs/promises';
import { parentPort, workerData } from 'node:worker_threads';
import { ArchiveWriter } from './archive-writer.ts';
import type { ArchiveWorkerData, FromArchive, ToArchive } from './messages.ts';

/** Time between two requests to have what was written put on the disk, ms: what a loss of power may cost. */
const SYNC_MS = 300;
const DISK_MS = 1000;

if (parentPort === null) throw new Error('archive-worker runs as the thread of a Recorder, not by itself');
const port = parentPort;
const options = workerData as ArchiveWorkerData;
const send = (message: FromArchive): void => port.postMessage(message);
const archive = new ArchiveWriter(options, options.lastTimestampS);
let memory: Buffer = Buffer.alloc(0);
let slotBytes = 0;
let hasFailed = false;

/** The first reason is the one that counts. The thread lives on, so that `end` can close what is whole. */
function fail(error: unknown): void {
  if (hasFailed) return;
  hasFailed = true;
  const { message, code = null } = error as NodeJS.ErrnoException;
  send({ type: 'failed', message, code });
}

function receive(message: ToArchive): void {
  switch (message.type) {
    case 'memory':
      memory = Buffer.from(message.memory);
      slotBytes = message.slotBytes;
      break;
    case 'frame': {
      if (hasFailed) break;
      const at = message.slot * slotBytes;
      archive.frame(message.record, memory.subarray(at, at + message.bytes), message.breakReason);
      send({ type: 'written', slot: message.slot });
      break;
    }
    case 'mask':
      if (!hasFailed) archive.mask(message.mask);
      break;
    case 'end':
      void end(message.reason, message.lost);
      break;
  }
}

async function end(reason: string, lost: number): Promise<void> {
  clearInterval(syncTimer);
  clearInterval(diskTimer);
  try {
    send({ type: 'ended', manifest: await archive.end(reason, lost) });
  } catch (error) {
    hasFailed = false;
    fail(error);
  }
  port.close();
}

async function reportDisk(): Promise<void> {
  const { bavail, bsize } = await statfs(options.folder);
  send({ type: 'disk', freeBytes: bavail * bsize, bytesWritten: archive.bytes });
}

let isSyncing = false;
const syncTimer = setInterval(() => {
  if (!isSyncing) {
    isSyncing = true;
    archive
      .sync()
      .catch(fail)
      .finally(() => {
        isSyncing = false;
      });
  }
}, SYNC_MS);
const diskTimer = setInterval(() => void reportDisk().catch(fail), DISK_MS);

port.on('message', (message: ToArchive) => {
  try {
    receive(message);
  } catch (error) {
    fail(error);
  }
});
archive
  .begin()
  .then(() => {
    send({ type: 'begun' });
    return reportDisk();
  })
  .catch(fail);
