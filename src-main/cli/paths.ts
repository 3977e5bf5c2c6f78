import path from 'node:path';

/** True in the bundle (dist/*.js); false when Node runs the TypeScript sources directly. */
const bundled = import.meta.filename.endsWith('.js');

/** Seen from dist/ or from src-main/cli/; in a desktop package the archive, or the folder of what is kept outside it. */
const foundRoot = bundled ? path.resolve(import.meta.dirname, '..') : path.resolve(import.meta.dirname, '../..');

/** The project or installation folder. Programs with threads run from outside the archive; the rest is inside it. */
export const projectRoot = foundRoot.replace(/\.asar\.unpacked$/, '.asar');

/** A desktop package has its models beside the archive, so that they can be looked at and their licences read. */
export const modelsDir = path.join(projectRoot.endsWith('.asar') ? path.dirname(projectRoot) : projectRoot, 'models');
export const consoleDir = path.join(projectRoot, 'dist', 'renderer');
/** The API's documentation page: Swagger UI's files, put there by the build. */
export const docsDir = path.join(projectRoot, 'dist', 'api-docs');
export const inferenceEntry = bundled
  ? path.join(import.meta.dirname, 'inference-process.js')
  : path.join(projectRoot, 'src-main', 'inference', 'inference-process.ts');
