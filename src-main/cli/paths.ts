import path from 'node:path';

/** True in the bundle (dist/*.js); false when Node runs the TypeScript sources directly. */
const bundled = import.meta.filename.endsWith('.js');

/** The project or installation folder, seen from dist/ or from src-main/cli/. */
export const projectRoot = bundled
  ? path.resolve(import.meta.dirname, '..')
  : path.resolve(import.meta.dirname, '../..');

export const modelsDir = path.join(projectRoot, 'models');
export const consoleDir = path.join(projectRoot, 'dist', 'renderer');
export const inferenceEntry = bundled
  ? path.join(import.meta.dirname, 'inference-process.js')
  : path.join(projectRoot, 'src-main', 'inference', 'inference-process.ts');
