import { spawnSync } from 'node:child_process';

/** A python3 that has numpy and onnx (Debian: python3-numpy, python3-onnx); null: there is none. */
export const pythonWithOnnx: string | null =
  ['/usr/bin/python3', 'python3'].find((name) => spawnSync(name, ['-c', 'import numpy, onnx']).status === 0) ?? null;

/** Behind the title of what is skipped without it. */
export const skippedWithoutOnnx = pythonWithOnnx === null ? ' (skipped: no python3 with numpy and onnx here)' : '';
