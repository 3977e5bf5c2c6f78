import { existsSync } from 'node:fs';
import path from 'node:path';

/** dist/desktop, in the project or inside a package's archive. */
const here = import.meta.dirname;
const dist = path.dirname(here);

export const preloadFile = path.join(here, 'preload.cjs');
export const rendererDir = path.join(dist, 'renderer');
export const engineEntry = outsideArchive(path.join(dist, 'engine-process.js'));
export const inferenceEntry = outsideArchive(path.join(dist, 'inference-process.js'));

/** Programs that start threads or load native code run from beside the archive, where a package unpacks them. */
function outsideArchive(file: string): string {
  const unpacked = file.replace(/\.asar(?=[\\/])/, '.asar.unpacked');
  return unpacked !== file && existsSync(unpacked) ? unpacked : file;
}
