// What of other people's work is inside our bundles, with their licences: read from the modules that really went in.
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';

/** Licences that allow what we do: ship the code inside a program of ours, with their text beside it. */
const ALLOWED = new Set([
  'MIT',
  'ISC',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'Apache-2.0',
  '0BSD',
  'BlueOak-1.0.0',
  'Unlicense',
]);
const LICENCE_FILE = /^(licen[cs]e|copying|notice|thirdpartynotices)/i;

/** `…/node_modules/@scope/name/…` or `…/node_modules/name/…` up to the package's own folder; null for our own modules. */
function packageFolder(moduleId) {
  const file = moduleId.replace(/^\0/, '').replace(/\?.*$/, '').replaceAll('\\', '/');
  const match = /^(.*\/node_modules\/(?:@[^/]+\/)?[^/]+)\//.exec(file);
  return match === null ? null : match[1];
}

/** A bundler plug-in that notes which packages went into a bundle, and writes the list with their licence texts. */
export class LicenceCollector {
  #folders = new Set();

  /** For every build, and for its workers' builds. */
  plugin() {
    return {
      name: 'licences',
      generateBundle: (_options, bundle) => {
        for (const chunk of Object.values(bundle)) {
          for (const id of chunk.type === 'chunk' ? chunk.moduleIds : []) {
            this.add(packageFolder(id));
          }
        }
      },
    };
  }

  /** A package that is shipped beside the bundles. */
  add(folder) {
    if (folder !== null && existsSync(path.join(folder, 'package.json'))) {
      this.#folders.add(folder);
    }
  }

  /** @throws when a package states no licence, or one that is not on our list. */
  write(file) {
    // The same version can lie in two folders.
    const byTitle = new Map([...this.#folders].map(describe).map((entry) => [entry.title, entry]));
    const packages = [...byTitle.values()].sort((a, b) => a.title.localeCompare(b.title));
    const list = packages.map(({ title, licence }) => `${title}: ${licence}`).join('\n');
    const texts = packages.map(({ title, licence, text }) => `${'='.repeat(100)}\n${title} (${licence})\n\n${text}`);
    const head = 'Ultramotion Console contains the following packages. Their licences follow the list.\n\n';
    writeFileSync(file, `${head}${list}\n\n${texts.join('\n')}`);
  }
}

function describe(folder) {
  const { name, version, license, repository } = JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8'));
  const title = `${name} ${version}`;
  const choices = String(license ?? 'none stated')
    .replace(/[()]/g, '')
    .split(' OR ');
  if (!choices.some((choice) => choice.split(' AND ').every((part) => ALLOWED.has(part)))) {
    throw new Error(`${title}: licence "${license}" is not one we may ship; expected ${[...ALLOWED].join(', ')}`);
  }
  const files = readdirSync(folder).filter((entry) => LICENCE_FILE.test(entry) && !entry.endsWith('.js'));
  const url = typeof repository === 'string' ? repository : (repository?.url ?? 'its registry page');
  const text =
    files.length === 0
      ? `The package carries no licence file; it states ${license}. Source: ${url}\n`
      : files.map((entry) => readFileSync(path.join(folder, entry), 'utf8')).join('\n');
  return { title, licence: license, text };
}
