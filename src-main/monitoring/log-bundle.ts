import { readdir, readFile, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { maskSecrets } from './mask-secrets.ts';

/** The newest of each file: what led to a problem is at its end, and a bundle has to fit into a mail. */
const MAX_FILE_BYTES = 2 * 2 ** 20;
const BLOCK = 512;

export interface LogBundle {
  readonly file: string;
  readonly bytes: number;
  /** What is in it, for whoever sends it to read first. */
  readonly entries: readonly string[];
}

/**
 * Logs and the history of alerts of a data directory as one `.tar.gz`, for support. Secrets are masked once more, and
 * settings are not among it: nothing in it is a picture or gives access to anything.
 */
export async function bundleLogs(dataDir: string, file: string): Promise<LogBundle> {
  const found = [
    ...(await filesIn(dataDir, 'logs', /\.log(\.\d+)?$/)),
    ...(await filesIn(dataDir, 'history', /^alerts/)),
  ];
  const blocks: Buffer[] = [];
  for (const name of found) {
    blocks.push(...tarEntry(name, Buffer.from(maskSecrets(await tailOf(path.join(dataDir, name))))));
  }
  const packed = await promisify(gzip)(Buffer.concat([...blocks, Buffer.alloc(2 * BLOCK)]));
  await writeFile(file, packed, { mode: 0o600 });
  return { file, bytes: packed.byteLength, entries: found };
}

async function filesIn(dataDir: string, folder: string, pattern: RegExp): Promise<string[]> {
  const names = await readdir(path.join(dataDir, folder)).catch(() => []);
  const checked = await Promise.all(
    names.sort().map(async (name) => ({ name, isFile: (await stat(path.join(dataDir, folder, name))).isFile() })),
  );
  return checked.filter(({ name, isFile }) => isFile && pattern.test(name)).map(({ name }) => `${folder}/${name}`);
}

/** Whole lines of the end of a file. */
async function tailOf(file: string): Promise<string> {
  const bytes = await readFile(file);
  const tail = bytes.subarray(Math.max(0, bytes.byteLength - MAX_FILE_BYTES));
  const text = tail.toString('utf8');
  return tail.byteLength === bytes.byteLength ? text : text.slice(text.indexOf('\n') + 1);
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
