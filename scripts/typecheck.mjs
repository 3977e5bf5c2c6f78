// Type-checks every project of the tree; one compiler run per project because their global types differ (Node, DOM).
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';

const root = path.resolve(import.meta.dirname, '..');
const tsc = path.join(root, 'node_modules/typescript/bin/tsc');
const projects = ['tsconfig.json', 'tsconfig.renderer.json', 'tsconfig.e2e.json'].filter((p) =>
  existsSync(path.join(root, p)),
);
let failed = false;
for (const project of projects) {
  const { status } = spawnSync(process.execPath, [tsc, '-p', project], { cwd: root, stdio: 'inherit' });
  failed ||= status !== 0;
}
process.exit(failed ? 1 : 0);
