// Type-checks every project of the tree; one compiler run per project because their global types differ (Node, DOM).
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';

const root = path.resolve(import.meta.dirname, '..');
const tsc = path.join(root, 'node_modules/typescript/bin/tsc');
const projects = ['tsconfig.json', 'tsconfig.renderer.json', 'tsconfig.e2e.json'].filter((p) =>
  existsSync(path.join(root, p)),
);
let failed = false;
function check(project) {
  const { status } = spawnSync(process.execPath, [tsc, '-p', project], { cwd: root, stdio: 'inherit' });
  failed ||= status !== 0;
}

/**
 * The desktop shell against the double of Electron its tests run on: a copy of src-main/desktop that imports the double.
 * Using something of Electron that has no double fails here. (The engine process uses only `process.parentPort`.) (`paths` cannot do it: electron.d.ts declares its module.)
 */
function checkAgainstDouble() {
  const folder = path.join(root, 'out', 'desktop-on-double');
  const double = '../../tests/e2e/electron-double';
  rmSync(folder, { recursive: true, force: true });
  cpSync(path.join(root, 'src-main', 'desktop'), folder, { recursive: true });
  for (const name of readdirSync(folder)) {
    const file = path.join(folder, name);
    const module = name === 'preload.ts' ? 'preload-electron.ts' : 'electron.ts';
    const text = readFileSync(file, 'utf8')
      .replaceAll("from 'electron'", `from '${double}/${module}'`)
      .replaceAll("from '../", "from '../../src-main/");
    writeFileSync(file, text);
  }
  writeFileSync(
    path.join(folder, 'tsconfig.json'),
    JSON.stringify({ extends: '../../tsconfig.e2e.json', include: [], files: ['main.ts', 'preload.ts'] }),
  );
  check(folder);
}

for (const project of projects) check(project);
checkAgainstDouble();
process.exit(failed ? 1 : 0);
