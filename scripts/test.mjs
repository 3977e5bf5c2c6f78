// npm test: sets up what the tests need, then lint, types, build and all tests. What this machine cannot run is skipped
// with the reason printed; on CI only what needs Electron's binary or a GPU may be skipped.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { missing as missingForPeers } from '../tests/peers/build.mjs';
import { ensureInstall, pinnedNode, projectEnvironment, root } from './ensure-install.mjs';

/**
 * Debian packages: the browser tests' browser, whose software Vulkan driver the WebGPU tests use through the loader; the
 * C++ peers' compiler and reference library; the model generator and trainer; Prometheus, which scrapes us; what exports
 * MP4; the reader 3D Slicer opens recordings with.
 */
const DEBIAN_PACKAGES = {
  chromium: process.env.CHROMIUM ?? '/usr/bin/chromium',
  ffmpeg: '/usr/bin/ffmpeg',
  'g++': '/usr/bin/g++',
  'libopenigtlink-dev': '/usr/include/openigtlink/igtlMessageHeader.h',
  libvulkan1: '/usr/lib/x86_64-linux-gnu/libvulkan.so.1',
  'python3-vtk9': '/usr/lib/python3/dist-packages/vtkmodules/__init__.py',
  prometheus: '/usr/bin/promtool',
  'python3-torch': '/usr/lib/python3/dist-packages/torch/__init__.py',
  'python3-onnx': '/usr/lib/python3/dist-packages/onnx/__init__.py',
};

const isCI = Boolean(process.env.CI) && process.env.CI !== 'false';

function succeeds(what, command, args, env) {
  console.error(`\n── ${what}`);
  return spawnSync(command, args, { cwd: root, env, stdio: ['ignore', 'inherit', 'inherit'] }).status === 0;
}

function run(what, command, args, env) {
  if (!succeeds(what, command, args, env)) {
    console.error(`${what} failed`);
    process.exit(1);
  }
}

/** Says why some tests cannot run here. On CI that is a failure. */
function skipOrFail(reason) {
  if (isCI) {
    console.error(`${reason}: on CI no test may be skipped for that`);
    process.exit(1);
  }
  console.error(`\n── ${reason}: tests that need it are skipped`);
}

const missingPackages = () =>
  Object.entries(DEBIAN_PACKAGES)
    .filter(([, file]) => !existsSync(file))
    .map(([name]) => name);

function installDebianPackages() {
  const wanted = missingPackages();
  if (wanted.length > 0 && existsSync('/usr/bin/apt-get') && process.getuid?.() === 0) {
    const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
    const install = ['install', '-y', '-qq', '--no-install-recommends', ...wanted];
    succeeds('apt-get update', 'apt-get', ['update', '-qq'], env);
    succeeds(`apt-get install ${wanted.join(' ')}`, 'apt-get', install, env);
  }
  const still = missingPackages();
  if (still.length > 0) {
    skipOrFail(`not installed: ${still.join(', ')}`);
  }
}

function buildPeers() {
  const reason = missingForPeers();
  if (reason === null) {
    run('C++ peers', pinnedNode, ['tests/peers/build.mjs'], env);
  } else {
    skipOrFail(reason);
  }
}

ensureInstall();
installDebianPackages();
const env = projectEnvironment();
const tool = (...parts) => path.join(root, 'node_modules', ...parts);
const biome = [tool('@biomejs', 'biome', 'bin', 'biome'), 'check', '--error-on-warnings', '.'];
const vitest = [tool('vitest', 'vitest.mjs'), 'run', '--reporter=default', ...process.argv.slice(2)];
run('lint', pinnedNode, biome, env);
run('import table', pinnedNode, ['scripts/check-imports.mjs'], env);
run('types', pinnedNode, ['scripts/typecheck.mjs'], env);
run('build', pinnedNode, ['scripts/build.mjs'], env);
buildPeers();
run('tests', pinnedNode, vitest, env);
