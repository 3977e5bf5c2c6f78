// Builds everything that runs: dist/*.js (Node: command line, engine, inference), dist/desktop (Electron), dist/renderer.
// Only what is native stays outside the bundles, so that a package needs no node_modules but onnxruntime-node.
import {
  chmodSync,
  copyFileSync,
  cpSync,
  existsSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { builtinModules } from 'node:module';
import path from 'node:path';
import { kernels } from './build-kernels.mjs';
import { LicenceCollector } from './licences.mjs';

const root = path.resolve(import.meta.dirname, '..');
const dist = path.join(root, 'dist');
const { version } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'));
/** The console compares it with the engine's: an old page in a browser must ask for a reload. */
const define = { __ULTRAMOTION_BUILD__: JSON.stringify(version) };
const stamp = path.join(dist, '.built');
const licences = new LicenceCollector();
const external = ['electron', /^electron\//, /^node:/, ...builtinModules, 'onnxruntime-node'];

/** Programs and workers of the Node side; each is started by file name, so each is an entry. */
const nodeEntries = {
  cli: 'src-main/cli.ts',
  'inference-process': 'src-main/inference/inference-process.ts',
  'session-worker': 'src-main/inference/session-worker.ts',
  'orphan-guard-worker': 'src-main/inference/orphan-guard-worker.ts',
  'archive-worker': 'src-main/recording/archive-worker.ts',
  'recording-job': 'src-main/recording/recording-job.ts',
  'phantom-worker': 'src-main/phantom/phantom-worker.ts',
  'disk-writer-worker': 'src-main/monitoring/disk-writer-worker.ts',
  'log-bundle-worker': 'src-main/monitoring/log-bundle-worker.ts',
  'history-worker': 'src-main/monitoring/history-worker.ts',
  // Not in dist/desktop: it looks for its threads and the inference process beside itself, as the command line does.
  'engine-process': 'src-main/desktop/engine-process.ts',
};

function newestSource() {
  let newest = 0;
  const look = (file) => {
    const stats = statSync(file);
    if (stats.isDirectory()) {
      for (const name of readdirSync(file)) look(path.join(file, name));
    } else {
      newest = Math.max(newest, stats.mtimeMs);
    }
  };
  for (const top of ['src-shared', 'src-main', 'src-renderer', 'assets', 'package-lock.json', 'scripts/build.mjs']) {
    if (existsSync(path.join(root, top))) look(path.join(root, top));
  }
  return newest;
}

export function isBuilt() {
  return existsSync(stamp) && statSync(stamp).mtimeMs >= newestSource();
}

async function buildNode(build, entries, outDir, format, extension) {
  await build({
    configFile: false,
    root,
    logLevel: 'warn',
    publicDir: false,
    envDir: false,
    define,
    plugins: [licences.plugin()],
    resolve: { conditions: ['node', 'import', 'module', 'default'], mainFields: ['module', 'main'] },
    build: {
      ssr: true,
      target: 'node24',
      outDir,
      emptyOutDir: false,
      sourcemap: true,
      minify: false,
      reportCompressedSize: false,
      rolldownOptions: {
        input: Object.fromEntries(Object.entries(entries).map(([name, file]) => [name, path.join(root, file)])),
        external,
        // Ours do nothing by being imported: main takes one constant of the gateway and not its web server.
        treeshake: { moduleSideEffects: [{ test: /[\\/]src-(main|shared)[\\/]/, sideEffects: false }] },
        output: {
          format,
          entryFileNames: `[name].${extension}`,
          chunkFileNames: `[name]-[hash].${extension}`,
          ...(format === 'cjs' ? { codeSplitting: false } : {}),
        },
      },
    },
    ssr: { noExternal: true, external: ['electron', 'onnxruntime-node'] },
  });
}

async function buildRenderer(build, react) {
  await build({
    configFile: false,
    root: path.join(root, 'src-renderer'),
    base: './',
    logLevel: 'warn',
    publicDir: path.join(root, 'assets', 'icons'),
    plugins: [react(), licences.plugin()],
    worker: { format: 'es', plugins: () => [licences.plugin()] },
    define,
    build: {
      outDir: path.join(dist, 'renderer'),
      emptyOutDir: true,
      target: 'chrome148',
      sourcemap: true,
      reportCompressedSize: false,
      chunkSizeWarningLimit: 1500,
      modulePreload: { polyfill: false },
      rolldownOptions: {
        input: ['index.html', 'dashboard.html'].map((page) => path.join(root, 'src-renderer', page)),
      },
    },
  });
}

/** The compiled loops lie beside the program that uses them. */
function copyKernels() {
  for (const { compiled } of kernels())
    copyFileSync(path.join(root, compiled), path.join(dist, path.basename(compiled)));
}

/** Swagger UI comes as finished files: beside our page they only have to be put in place. */
function copyApiDocs() {
  const folder = path.join(dist, 'api-docs');
  cpSync(path.join(root, 'assets', 'api-docs'), folder, { recursive: true });
  const swaggerUi = path.join(root, 'node_modules', '@fastify', 'swagger-ui', 'static');
  for (const name of ['swagger-ui-bundle.js', 'swagger-ui.css']) {
    copyFileSync(path.join(swaggerUi, name), path.join(folder, name));
  }
}

export async function buildAll() {
  const { build } = await import('vite');
  const { default: react } = await import('@vitejs/plugin-react');
  rmSync(dist, { recursive: true, force: true });
  await buildNode(build, nodeEntries, dist, 'es', 'js');
  chmodSync(path.join(dist, 'cli.js'), 0o755);
  await buildNode(build, { main: 'src-main/desktop/main.ts' }, path.join(dist, 'desktop'), 'es', 'js');
  await buildNode(build, { preload: 'src-main/desktop/preload.ts' }, path.join(dist, 'desktop'), 'cjs', 'cjs');
  await buildRenderer(build, react);
  copyKernels();
  copyApiDocs();
  for (const name of ['onnxruntime-node', 'onnxruntime-common', '@fastify/swagger-ui']) {
    licences.add(path.join(root, 'node_modules', name));
  }
  licences.write(path.join(dist, 'licences.txt'));
  // Programs that run outside a package's archive have its package.json not above them.
  writeFileSync(path.join(dist, 'package.json'), '{ "type": "module" }\n');
  writeFileSync(stamp, '');
}

if (process.argv[1] === import.meta.filename) {
  if (!process.argv.includes('--if-needed') || !isBuilt()) {
    console.error('Building …');
    await buildAll();
  }
}
