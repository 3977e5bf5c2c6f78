// npm test: sets up what the tests need, then lint, types, build and all tests. What this machine cannot run is skipped
// with the reason printed; on CI only what needs Electron's binary or a GPU may be skipped.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { ensureInstall, pinnedNode, projectEnvironment, root } from './ensure-install.mjs';

/** Debian packages: the browser tests' browser, the C++ peers' compiler and reference library, the model generator. */
const DEBIAN_PACKAGES = {
  chromium: '/usr/bin/chromium',
  'g++': '/usr/bin/g++',
  'libopenigtlink-dev': '/usr/include/openigtlink/igtlMessageHeader.h',
  'python3-onnx': '/usr/lib/python3/dist-packages/onnx/__init__.py',
};

function run(what, command, args, env) {
  console.error(`\n── ${what}`);
  const { status } = spawnSync(command, args, { cwd: root, env, stdio: ['ignore', 'inherit', 'inherit'] });
  if (status !== 0) {
    console.error(`${what} failed`);
    process.exit(1);
  }
}

function installDebianPackages() {
  const missing = Object.entries(DEBIAN_PACKAGES).filter(([, file]) => !existsSync(file));
  if (missing.length === 0) {
    return;
  }
  const names = missing.map(([name]) => name);
  if (!existsSync('/usr/bin/apt-get') || process.getuid?.() !== 0) {
    console.error(`Not installed here, tests that need it are skipped: ${names.join(', ')}`);
    return;
  }
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  run('apt-get update', 'apt-get', ['update', '-qq'], env);
  run(
    `apt-get install ${names.join(' ')}`,
    'apt-get',
    ['install', '-y', '-qq', '--no-install-recommends', ...names],
    env,
  );
}

ensureInstall();
installDebianPackages();
const env = projectEnvironment();
const bin = (name) => path.join(root, 'node_modules', '.bin', name);
run('lint', bin('biome'), ['check', '--error-on-warnings', '.'], env);
run('import table', pinnedNode, ['scripts/check-imports.mjs'], env);
run('types', pinnedNode, ['scripts/typecheck.mjs'], env);
run('build', pinnedNode, ['scripts/build.mjs'], env);
run('C++ peers', pinnedNode, ['tests/peers/build.mjs'], env);
run('tests', pinnedNode, [path.join(root, 'node_modules/vitest/vitest.mjs'), 'run', ...process.argv.slice(2)], env);
