/**
 * What is in the packages that users install, judged without Electron's binary: electron-builder runs with the project's
 * own configuration and no network, around a stand-in for Electron. That an installer installs and the app starts from it
 * is not proved here.
 */
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { extractFile, getRawHeader, listPackage } from '@electron/asar';
import { FuseState, FuseV1Options, getCurrentFuseWire } from '@electron/fuses';
import { NtExecutable, NtExecutableResource } from 'resedit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { type BuiltPackage, buildPackage } from '../../support/packaging/build-package.ts';
import type { PackagedPlatform } from '../../support/packaging/stand-in-electron.ts';
import { TestBench } from '../../support/processes.ts';

const project = path.resolve(import.meta.dirname, '../../..');
const require = createRequire(import.meta.url);
const NATIVE = /\.(node|so|dll|dylib)(\.|$)/;
/** Everything a package may hold, and nothing beside it: sources, tests, maps and other people's tools stay out. */
const MAY_HOLD = [
  /^package\.json$/,
  /^dist\/[\w.-]+\.js$/,
  // Beside the programs that use them: the compiled loops.
  /^dist\/(contour|crc64|mark|resample)\.wasm$/,
  /^dist\/package\.json$/,
  /^dist\/desktop\/(main\.js|preload\.cjs)$/,
  /^dist\/api-docs\/[\w.-]+\.(html|js|css)$/,
  /^dist\/renderer\/.+\.(html|js|css|svg|woff2)$/,
  /^node_modules\/onnxruntime-(node|common)\/.+/,
];

interface Entry {
  readonly file: string;
  readonly isPacked: boolean;
}

/** Files of the archive, its folders left out. */
function entriesOf(built: BuiltPackage): Entry[] {
  const archive = path.join(built.resources, 'app.asar');
  const lines = listPackage(archive, { isPack: true }).map((line) => ({
    isPacked: line.startsWith('pack '),
    file: line.slice(line.indexOf(':') + 3).replaceAll('\\', '/'),
  }));
  const folders = new Set(lines.map(({ file }) => path.posix.dirname(file)));
  return lines.filter(({ file }) => !folders.has(file));
}

const sha256 = (bytes: Buffer | string): string => createHash('sha256').update(bytes).digest('hex');

for (const platform of ['linux', 'win32'] as const satisfies PackagedPlatform[]) {
  describe(`the package for ${platform}`, { timeout: 120_000 }, () => {
    const bench = new TestBench();
    let built: BuiltPackage;
    let entries: readonly Entry[];
    beforeAll(() => {
      built = buildPackage(platform, platform === 'linux' ? ['dir', 'deb'] : ['dir'], bench.folder());
      entries = entriesOf(built);
    }, 600_000);
    afterAll(() => bench.close());

    it('holds what the app runs on and nothing else', () => {
      const others = entries.filter(({ file }) => !MAY_HOLD.some((pattern) => pattern.test(file)));
      expect(others).toEqual([]);
      const { main } = JSON.parse(extractFile(path.join(built.resources, 'app.asar'), 'package.json').toString());
      expect(entries.map(({ file }) => file)).toEqual(
        expect.arrayContaining([
          main,
          'dist/desktop/preload.cjs',
          'dist/renderer/index.html',
          'dist/engine-process.js',
        ]),
      );
    });

    it("has ONNX Runtime's libraries of this platform alone, outside the archive", () => {
      const natives = entries.filter(({ file }) => NATIVE.test(path.posix.basename(file)));
      expect(natives.length).toBeGreaterThanOrEqual(2);
      for (const { file, isPacked } of natives) {
        expect(file).toContain(`/napi-v6/${platform}/x64/`);
        expect(isPacked, file).toBe(false);
        expect(existsSync(path.join(built.resources, 'app.asar.unpacked', file)), file).toBe(true);
      }
    });

    it('has the programs that start threads outside the archive, with the note that they are modules', () => {
      const programs = ['engine-process.js', 'inference-process.js', 'session-worker.js', 'orphan-guard-worker.js'];
      const loops = ['contour.wasm', 'crc64.wasm', 'mark.wasm', 'resample.wasm'];
      for (const file of [...programs, ...loops].map((name) => `dist/${name}`)) {
        expect(entries.find((entry) => entry.file === file)?.isPacked, file).toBe(false);
      }
      const note = path.join(built.resources, 'app.asar.unpacked', 'dist', 'package.json');
      expect(JSON.parse(readFileSync(note, 'utf8'))).toEqual({ type: 'module' });
    });

    it('has every model with the files its manifest names, unaltered', () => {
      const models = path.join(built.resources, 'models');
      const shipped = readdirSync(path.join(project, 'models')).filter((name) =>
        existsSync(path.join(project, 'models', name, 'model.yaml')),
      );
      expect(readdirSync(models).sort()).toEqual(shipped.sort());
      for (const id of shipped) {
        const manifest = parse(readFileSync(path.join(models, id, 'model.yaml'), 'utf8')) as {
          licence: string;
          files: Record<string, { path: string; sha256: string }>;
        };
        expect(manifest.licence).not.toBe('');
        for (const file of Object.values(manifest.files)) {
          expect(sha256(readFileSync(path.join(models, id, file.path)))).toBe(file.sha256);
        }
      }
    });

    it('has the licences of every package in it', () => {
      const licences = readFileSync(path.join(built.resources, 'licences.txt'), 'utf8');
      for (const name of ['react', 'three', 'recharts', 'fastify', 'zod', 'onnxruntime-node']) {
        expect(licences).toMatch(new RegExp(`^${name} [\\d.]+: MIT$`, 'm'));
      }
      expect(existsSync(path.join(path.dirname(built.resources), 'LICENSES.chromium.html'))).toBe(true);
    });

    it('cannot be turned into a general Node or made to run other code', async () => {
      const wire = await getCurrentFuseWire(built.executable);
      const { ENABLE, DISABLE } = FuseState;
      expect({
        runAsNode: wire[FuseV1Options.RunAsNode],
        cookieEncryption: wire[FuseV1Options.EnableCookieEncryption],
        nodeOptions: wire[FuseV1Options.EnableNodeOptionsEnvironmentVariable],
        inspect: wire[FuseV1Options.EnableNodeCliInspectArguments],
        integrity: wire[FuseV1Options.EnableEmbeddedAsarIntegrityValidation],
        onlyArchive: wire[FuseV1Options.OnlyLoadAppFromAsar],
        ownSnapshot: wire[FuseV1Options.LoadBrowserProcessSpecificV8Snapshot],
        fileScheme: wire[FuseV1Options.GrantFileProtocolExtraPrivileges],
      }).toEqual({
        ...{ runAsNode: DISABLE, nodeOptions: DISABLE, inspect: DISABLE, ownSnapshot: DISABLE, fileScheme: DISABLE },
        ...{ cookieEncryption: ENABLE, integrity: ENABLE, onlyArchive: ENABLE },
      });
    });

    if (platform === 'win32')
      it('names its archive by its hash, and has our icon and name', () => {
        const resources = NtExecutableResource.from(NtExecutable.from(readFileSync(built.executable)));
        const integrity = resources.entries.find(({ type, id }) => type === 'INTEGRITY' && id === 'ELECTRONASAR');
        const { headerString } = getRawHeader(path.join(built.resources, 'app.asar'));
        expect(JSON.parse(Buffer.from(integrity?.bin ?? new ArrayBuffer(0)).toString())).toEqual([
          { file: 'resources\\app.asar', alg: 'SHA256', value: sha256(headerString) },
        ]);
        const RT_GROUP_ICON = 14;
        expect(resources.entries.some(({ type }) => type === RT_GROUP_ICON)).toBe(true);
        expect(readFileSync(built.executable).includes(Buffer.from('Ultramotion Console', 'utf16le'))).toBe(true);
      });

    if (platform === 'linux')
      it('is a Debian package with a menu entry, icons and what it depends on', () => {
        const name = readdirSync(built.folder).find((file) => file.endsWith('.deb')) as string;
        const deb = path.join(built.folder, name);
        const control = execFileSync('dpkg-deb', ['-I', deb], { encoding: 'utf8' });
        expect(control).toMatch(/Package: ultramotion-console/);
        expect(control).toMatch(/Depends: .*libgtk-3-0/);
        const contents = execFileSync('dpkg-deb', ['-c', deb], { encoding: 'utf8', maxBuffer: 2 ** 26 });
        for (const file of [
          './usr/share/applications/ultramotion-console.desktop',
          './usr/share/icons/hicolor/512x512/apps/ultramotion-console.png',
          './opt/Ultramotion Console/resources/app.asar',
          './opt/Ultramotion Console/resources/models/bone-tracer/bone-tracer.onnx',
        ]) {
          expect(contents).toContain(file);
        }
      });
  });
}

describe('electron-builder.yml', () => {
  const { validateConfiguration } = require('app-builder-lib/out/util/config/config.js') as {
    validateConfiguration(config: object, log: object): Promise<void>;
  };
  const { DebugLogger } = require('builder-util') as { DebugLogger: new (isEnabled: boolean) => object };
  const configuration = parse(readFileSync(path.join(project, 'electron-builder.yml'), 'utf8')) as object;

  it('is one electron-builder understands', async () => {
    await validateConfiguration(configuration, new DebugLogger(false));
  });

  it('would be refused with a word electron-builder does not know', async () => {
    const misspelt = { ...configuration, appIdd: 'org.ultramotion.console' };
    await expect(validateConfiguration(misspelt, new DebugLogger(false))).rejects.toThrow(/appIdd/);
  });

  it('builds for the platforms that have ONNX Runtime libraries', () => {
    expect(configuration).toMatchObject({
      win: { target: [{ target: 'nsis', arch: ['x64'] }] },
      mac: { target: [{ target: 'dmg', arch: ['arm64'] }] },
      linux: { target: ['AppImage', 'deb'] },
      nsis: { perMachine: true, differentialPackage: false },
    });
  });
});
