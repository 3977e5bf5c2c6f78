// The one-way import table of the house (README, "How the code is laid out"): fails when a folder reaches where it may not.
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

const root = path.resolve(import.meta.dirname, '..');
const LIBRARIES = ['openigtlink', 'sequences', 'phantom', 'pipeline'];
const PARTS = ['acquisition', 'inference', 'publishing', 'recording', 'monitoring'];

/** Folder -> folders it may import from. Everyone may import src-shared; `shared` itself imports nothing of ours. */
const ALLOWED = {
  shared: [],
  renderer: [],
  ...Object.fromEntries(LIBRARIES.map((name) => [name, []])),
  ...Object.fromEntries(PARTS.map((name) => [name, LIBRARIES])),
  // The gateway sees the parts through interfaces of its own; only the clock and counters of the pipeline are shared.
  gateway: ['pipeline'],
  engine: [...LIBRARIES, ...PARTS, 'gateway'],
  // Its engine process runs what `ultramotion engine` runs, with the same flags.
  desktop: ['inference', 'monitoring', 'gateway', 'engine', 'cli'],
  cli: [...LIBRARIES, ...PARTS, 'gateway', 'engine'],
};

/** Packages that belong to one side only. */
const ELECTRON_ONLY_IN = 'desktop';
const BROWSER_SIDES = ['shared', 'renderer'];

function* sources(folder) {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const full = path.join(folder, entry.name);
    if (entry.isDirectory()) {
      yield* sources(full);
    } else if (/\.tsx?$/.test(entry.name)) {
      yield full;
    }
  }
}

/** Which house folder a file belongs to: `shared`, `renderer`, a folder of src-main, or `cli` for files right in src-main. */
function sideOf(file) {
  const parts = path.relative(root, file).split(path.sep);
  if (parts[0] === 'src-shared') return 'shared';
  if (parts[0] === 'src-renderer') return 'renderer';
  if (parts[0] === 'src-main') return parts.length === 2 ? 'cli' : parts[1];
  return null;
}

function faultOf(file, specifier) {
  const from = sideOf(file);
  if (specifier.startsWith('.')) {
    const target = path.resolve(path.dirname(file), specifier);
    const to = sideOf(target);
    if (to === null) return /\.(css|json|svg)(\?.*)?$/.test(specifier) ? null : 'reaches out of the source folders';
    if (to === from) return null;
    if (to === 'shared') return null;
    if (!ALLOWED[from].includes(to)) return `${from} may not import ${to}`;
    if (path.basename(target) !== 'index.ts') return `enter ${to} through its index.ts`;
    return null;
  }
  if ((specifier === 'electron' || specifier.startsWith('electron/')) && from !== ELECTRON_ONLY_IN) {
    return `only ${ELECTRON_ONLY_IN} imports electron`;
  }
  if (specifier.startsWith('node:') && BROWSER_SIDES.includes(from))
    return `${from} runs in a browser: no ${specifier}`;
  if (from === 'shared' && specifier !== 'zod') return 'shared depends on zod alone';
  return null;
}

const IMPORT =
  /(?:^|\n)\s*(?:import|export)\s[^'"`;]*?from\s*['"]([^'"]+)['"]|import\(\s*['"]([^'"]+)['"]\s*\)|(?:^|\n)\s*import\s*['"]([^'"]+)['"]/g;
const faults = [];
for (const top of ['src-shared', 'src-main', 'src-renderer']) {
  for (const file of sources(path.join(root, top))) {
    for (const match of readFileSync(file, 'utf8').matchAll(IMPORT)) {
      const specifier = match[1] ?? match[2] ?? match[3];
      const fault = faultOf(file, specifier);
      if (fault !== null) faults.push(`${path.relative(root, file)}: '${specifier}': ${fault}`);
    }
  }
}
for (const fault of faults) console.error(fault);
console.error(faults.length === 0 ? 'imports follow the table' : `${faults.length} imports break the table`);
process.exit(faults.length === 0 ? 0 : 1);
