import { lstat, open, readdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { maskSecrets } from './mask-secrets.ts';

/** The newest of each file: what led to a problem is at its end, and a bundle has to fit into a mail. */
const MAX_FILE_BYTES = 2 * 2 ** 20;
/** Of all files together, before packing; the oldest files stay out. */
const MAX_BYTES = 24 * 2 ** 20;
const BLOCK = 512;

export interface LogBundle {
  readonly file: string;
  readonly bytes: number;
  /** What is in it, for whoever sends it to read first. */
  readonly entries: readonly string[];
}

export interface BundleRequest {
  readonly dataDir: string;
  /** Written, or replaced. */
  readonly file: string;
  /** What gives access to something here, to be masked whatever its shape. */
  readonly secrets: readonly string[];
}

/**
 * Logs and the history of alerts of a data directory as one `.tar.gz`, for support. Secrets are masked once more, and
 * settings are not among it: nothing in it is a picture or gives access to anything. It takes seconds of computing:
 * the engine has a thread do it (`runLogBundle`).
 */
export async function bundleLogs({ dataDir, file, secrets }: BundleRequest): Promise<LogBundle> {
  const found = newestThatFit([
    ...(await filesIn(dataDir, 'logs', /\.log(\.\d+)?$/)),
    ...(await filesIn(dataDir, 'history', /^alerts/)),
  ]);
  const blocks: Buffer[] = [];
  for (const { name, takenBytes } of found) {
    const text = await tailOf(path.join(dataDir, name), takenBytes);
    blocks.push(...tarEntry(name, Buffer.from(maskSecrets(text, secrets))));
  }
  const packed = await promisify(gzip)(Buffer.concat([...blocks, Buffer.alloc(2 * BLOCK)]));
  await writeFile(file, packed, { mode: 0o600 });
  return { file, bytes: packed.byteLength, entries: found.map(({ name }) => name) };
}

interface Found {
  /** With its folder. */
  readonly name: string;
  readonly changedMs: number;
  /** How much of its end is taken. */
  readonly takenBytes: number;
}

/** Plain files only: a link could lead out of the data directory. */
async function filesIn(dataDir: string, folder: string, pattern: RegExp): Promise<Found[]> {
  const names = await readdir(path.join(dataDir, folder)).catch(() => []);
  const checked = await Promise.all(
    names
      .filter((name) => pattern.test(name))
      .sort()
      .map(async (name) => {
        const stats = await lstat(path.join(dataDir, folder, name));
        const takenBytes = Math.min(stats.size, MAX_FILE_BYTES);
        return { name: `${folder}/${name}`, changedMs: stats.mtimeMs, takenBytes, isFile: stats.isFile() };
      }),
  );
  return checked.filter(({ isFile }) => isFile);
}

/** In the order given. */
function newestThatFit(files: readonly Found[]): Found[] {
  let left = MAX_BYTES;
  const kept = new Set<Found>();
  for (const file of files.toSorted((x, y) => y.changedMs - x.changedMs)) {
    left -= file.takenBytes;
    if (left < 0) {
      break;
    }
    kept.add(file);
  }
  return files.filter((file) => kept.has(file));
}

/** Whole lines of the end of a file. */
async function tailOf(file: string, takenBytes: number): Promise<string> {
  const handle = await open(file, 'r');
  try {
    const { size } = await handle.stat();
    const start = Math.max(0, size - takenBytes);
    const bytes = Buffer.alloc(Math.min(size, takenBytes));
    const { bytesRead } = await handle.read(bytes, 0, bytes.byteLength, start);
    const text = bytes.toString('utf8', 0, bytesRead);
    return start === 0 ? text : text.slice(text.indexOf('\n') + 1);
  } finally {
    await handle.close();
  }
}

/** Header (ustar) and content of one file, padded to whole blocks. */
function tarEntry(name: string, content: Buffer): Buffer[] {
  const header = Buffer.alloc(BLOCK);
  const octal = (value: number, digits: number): string => `${value.toString(8).padStart(digits, '0')}\0`;
  header.write(name, 0, 100);
  header.write(octal(0o600, 7) + octal(0, 7) + octal(0, 7), 100);
  header.write(octal(content.byteLength, 11) + octal(Math.floor(Date.now() / 1000), 11), 124);
  // The sum is taken with blanks in its own place.
  header.write('        0', 148);
  header.write('ustar\0' + '00', 257);
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
  return [header, content, Buffer.alloc((BLOCK - (content.byteLength % BLOCK)) % BLOCK)];
}
