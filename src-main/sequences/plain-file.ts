import { type FileHandle, open, stat } from 'node:fs/promises';
import type { BadSequence } from './errors.ts';

/**
 * Opens a file for reading. What it is is asked before it is opened: opening a pipe waits until somebody writes to it.
 *
 * @throws {BadSequence} `refusal()` when it is no plain file; or the system's error.
 */
export async function openPlainFile(path: string, refusal: () => BadSequence): Promise<FileHandle> {
  if (!(await stat(path)).isFile()) throw refusal();
  return await open(path, 'r');
}
