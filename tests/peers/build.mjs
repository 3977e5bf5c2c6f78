// Builds the C++ peers that are out of date into tests/peers/build/. `node tests/peers/build.mjs`
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, statSync } from 'node:fs';
import path from 'node:path';

const PEERS = ['plus_server', 'receiver', 'bench_codec'];
const HEADERS = '/usr/include/openigtlink';
const folder = import.meta.dirname;

/** Where a built peer lies. */
export const peerPath = (name) => path.join(folder, 'build', name);

/** Why the peers cannot be built here, or null when they can. */
export function missing() {
  if (spawnSync('g++', ['--version']).status !== 0) return 'g++ is not installed (Debian: apt-get install g++)';
  if (!existsSync(HEADERS)) return `${HEADERS} is missing (Debian: apt-get install libopenigtlink-dev)`;
  return null;
}

/** Builds what is older than its sources. @throws {Error} with the compiler's words. */
export function buildPeers(say = () => {}) {
  const reason = missing();
  if (reason !== null) throw new Error(`cannot build the OpenIGTLink peers: ${reason}`);
  mkdirSync(path.join(folder, 'build'), { recursive: true });
  const modified = (file) => (existsSync(file) ? statSync(file).mtimeMs : 0);
  for (const name of PEERS) {
    const source = path.join(folder, `${name}.cxx`);
    if (modified(peerPath(name)) > Math.max(modified(source), modified(path.join(folder, 'peer.h')))) {
      say(`${name}: up to date`);
      continue;
    }
    say(`${name}: building`);
    const options = ['-std=c++14', '-O2', `-I${HEADERS}`, source, '-o', peerPath(name), '-lOpenIGTLink', '-lpthread'];
    const { status, stderr } = spawnSync('g++', options, { encoding: 'utf8' });
    if (status !== 0) throw new Error(`building ${name} failed:\n${stderr}`);
  }
}

if (process.argv[1] === import.meta.filename) {
  try {
    buildPeers(console.log);
  } catch (error) {
    console.error(error.message);
    process.exitCode = 1;
  }
}
