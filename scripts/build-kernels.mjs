// Compiles the loops written in AssemblyScript (src-main/**/assembly/*.ts) to the .wasm file kept above their folder.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';

const root = path.resolve(import.meta.dirname, '..');

/** Source and compiled file, relative to the project's folder. */
export function kernels() {
  return readdirSync(path.join(root, 'src-main'), { recursive: true })
    .filter((file) => path.basename(path.dirname(file)) === 'assembly' && file.endsWith('.ts'))
    .map((file) => ({
      source: path.join('src-main', file),
      compiled: path.join('src-main', file, '..', '..', `${path.basename(file, '.ts')}.wasm`),
    }));
}

/** The bytes a source compiles to. @throws with what the compiler said. */
async function compile(source) {
  const { default: asc } = await import('assemblyscript/asc');
  const files = new Map();
  // No runtime and no checks: the loops take no memory of their own, and the host gives them room beyond their ends.
  // -O1, because what -O3 rearranges costs V8 a tenth of the CRC and a third of resizing (measured in one loop).
  const options = ['-O1', '--noAssert', '--runtime', 'stub', '--enable', 'simd'];
  const { error, stderr } = await asc.main([source, '--baseDir', root, '--outFile', 'kernel.wasm', ...options], {
    writeFile: (name, contents) => void files.set(name, contents),
  });
  if (error !== null) throw new Error(`${source} does not compile: ${error.message}\n${stderr.toString()}`);
  return files.get('kernel.wasm');
}

/** `--check`: says whether the files kept are what their sources compile to, and writes nothing. */
if (process.argv[1] === import.meta.filename) {
  for (const { source, compiled } of kernels()) {
    const bytes = await compile(source);
    const file = path.join(root, compiled);
    if (!process.argv.includes('--check')) {
      writeFileSync(file, bytes);
    } else if (Buffer.compare(readFileSync(file), bytes) !== 0) {
      console.error(`${compiled} is not what ${source} compiles to: npm run kernels`);
      process.exitCode = 1;
    }
    console.log(`${compiled}: ${bytes.length} bytes`);
  }
}
