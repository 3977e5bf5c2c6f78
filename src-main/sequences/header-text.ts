import type { FileHandle } from 'node:fs/promises';
import { BadSequence, type SequenceLimits } from './errors.ts';

const CHUNK_BYTES = 64 * 1024;

export interface HeaderText {
  readonly lines: readonly string[];
  /** Where the pixels begin if they are in the same file. */
  readonly endOffset: number;
  /** Whether the closing line was found, or the file ended first. */
  readonly closed: boolean;
}

/** Reads lines up to the one that closes the header (included), never more than the limits allow. */
export async function readHeaderText(
  file: FileHandle,
  path: string,
  limits: SequenceLimits,
  closes: (line: string, first: string) => boolean,
): Promise<HeaderText> {
  const lines: string[] = [];
  const chunk = Buffer.alloc(CHUNK_BYTES);
  let pending = Buffer.alloc(0);
  let offset = 0;
  for (let position = 0; ; ) {
    const { bytesRead } = await file.read(chunk, 0, CHUNK_BYTES, position);
    position += bytesRead;
    pending = Buffer.concat([pending, chunk.subarray(0, bytesRead)]);
    let start = 0;
    for (let end = pending.indexOf(10); end >= 0; end = pending.indexOf(10, start)) {
      if (end - start > limits.maxLineBytes) throw lineTooLong(path, lines.length, end - start, limits);
      const line = pending.toString('utf8', start, end).replace(/\r$/, '');
      lines.push(line);
      offset += end + 1 - start;
      start = end + 1;
      if (closes(line, lines[0]!)) return { lines, endOffset: offset, closed: true };
    }
    pending = pending.subarray(start);
    if (pending.length > limits.maxLineBytes) throw lineTooLong(path, lines.length, pending.length, limits);
    if (offset + pending.length > limits.maxHeaderBytes) {
      throw new BadSequence(path, 'header', `> ${limits.maxHeaderBytes} bytes`, `<= ${limits.maxHeaderBytes} bytes`);
    }
    if (bytesRead > 0) continue;
    if (pending.length > 0) lines.push(pending.toString('utf8').replace(/\r$/, ''));
    const closed = lines.length > 0 && closes(lines.at(-1)!, lines[0]!);
    return { lines, endOffset: offset + pending.length, closed };
  }
}

function lineTooLong(path: string, lines: number, length: number, limits: SequenceLimits): BadSequence {
  return new BadSequence(path, `line ${lines + 1}`, `${length} bytes or more`, `<= ${limits.maxLineBytes} bytes`);
}
