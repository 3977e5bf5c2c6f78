// npm start: installs and builds what is missing, then opens the console on the built-in demo source.
import { spawn, spawnSync } from 'node:child_process';
import path from 'node:path';
import { ensureInstall, pinnedNode, projectEnvironment, root } from './ensure-install.mjs';
import { fetchElectron } from './fetch-electron.mjs';

ensureInstall();
await fetchElectron();
const env = projectEnvironment();
const built = spawnSync(pinnedNode, ['scripts/build.mjs', '--if-needed'], { cwd: root, env, stdio: 'inherit' });
if (built.status !== 0) {
  process.exit(built.status ?? 1);
}
// NODE_FLAGS of src-main/pipeline/v8-settings.ts, where their reason stands.
const flags = ['--v8-pool-size=1'];
const child = spawn(pinnedNode, [...flags, path.join(root, 'dist', 'cli.js'), 'console', ...process.argv.slice(2)], {
  cwd: root,
  env,
  stdio: 'inherit',
});
// A terminal sends Ctrl+C to the whole process group: the child has it already, and this waits for its end.
process.on('SIGINT', () => {});
process.on('SIGTERM', () => child.kill('SIGTERM'));
child.on('exit', (code, signal) => process.exit(code ?? (signal === 'SIGINT' || signal === 'SIGTERM' ? 0 : 1)));
