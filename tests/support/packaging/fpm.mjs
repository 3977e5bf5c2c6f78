#!/usr/bin/env node
/**
 * Stands in for fpm (not in Debian; electron-builder would download it): turns the arguments that electron-builder 26 gives
 * it for a .deb into a call of dpkg-deb. electron-builder calls it by CUSTOM_FPM_PATH.
 */
import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import os from 'node:os';
import path from 'node:path';

const WITHOUT_VALUE = new Set(['--force', '--debug']);
const SCRIPTS = {
  '--before-install': 'preinst',
  '--after-install': 'postinst',
  '--before-remove': 'prerm',
  '--after-remove': 'postrm',
};

/** `SOURCE=TARGET` pairs, and every option with all its values. */
function parse(args) {
  const options = new Map();
  const pairs = [];
  const add = (name, value) => options.set(name, [...(options.get(name) ?? []), value]);
  for (let i = 0; i < args.length; i++) {
    const arg = args[i];
    const equals = arg.indexOf('=');
    if (WITHOUT_VALUE.has(arg)) continue;
    if (!arg.startsWith('-')) pairs.push([arg.slice(0, equals), arg.slice(equals + 1)]);
    else if (arg.startsWith('--') && equals > 0) add(arg.slice(0, equals), arg.slice(equals + 1));
    else add(arg, args[++i]);
  }
  return { options, pairs };
}

function stage(folder, pairs) {
  for (const [from, to] of pairs) {
    const target = path.join(folder, to);
    mkdirSync(path.dirname(target), { recursive: true });
    cpSync(from, target, { recursive: true, verbatimSymlinks: true });
  }
}

function bytesIn(folder) {
  const files = readdirSync(folder, { withFileTypes: true, recursive: true }).filter((entry) => entry.isFile());
  return files.reduce((sum, entry) => sum + statSync(path.join(entry.parentPath, entry.name)).size, 0);
}

function control(options, folder) {
  const one = (name) => options.get(name)?.at(-1);
  const indented = (text) =>
    text
      .trim()
      .split('\n')
      .map((line, i) => (i === 0 ? line : ` ${line.trim() || '.'}`))
      .join('\n');
  const fields = {
    Package: one('--name'),
    Version: one('--version'),
    Architecture: one('--architecture'),
    Maintainer: one('--maintainer'),
    'Installed-Size': String(Math.ceil(bytesIn(folder) / 1024)),
    Depends: options.get('-d')?.join(', '),
    Recommends: options.get('--deb-recommends')?.join(', '),
    Section: one('--category'),
    Priority: one('--deb-priority') ?? 'optional',
    Homepage: one('--url'),
    Description: indented(one('--description') ?? one('--name')),
  };
  return Object.entries(fields)
    .flatMap(([name, value]) => (value ? [`${name}: ${value}\n`] : []))
    .join('');
}

const { options, pairs } = parse(process.argv.slice(2));
const type = options.get('-t')?.at(-1);
if (type !== 'deb') {
  throw new Error(`this stands in for fpm for -t deb only, not ${type}`);
}
const folder = mkdtempSync(path.join(os.tmpdir(), 'fpm-'));
try {
  stage(folder, pairs);
  const text = control(options, folder);
  mkdirSync(path.join(folder, 'DEBIAN'));
  writeFileSync(path.join(folder, 'DEBIAN', 'control'), text);
  for (const [option, name] of Object.entries(SCRIPTS)) {
    const script = options.get(option)?.at(-1);
    if (script !== undefined) {
      writeFileSync(path.join(folder, 'DEBIAN', name), readFileSync(script));
      chmodSync(path.join(folder, 'DEBIAN', name), 0o755);
    }
  }
  // Fast instead of small: the package is looked into and thrown away.
  const target = options.get('--package').at(-1);
  execFileSync('dpkg-deb', ['--root-owner-group', '-Zgzip', '-z1', '--build', folder, target], { stdio: 'inherit' });
} finally {
  rmSync(folder, { recursive: true });
}
