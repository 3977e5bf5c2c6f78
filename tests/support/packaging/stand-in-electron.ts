import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { NtExecutable, NtExecutableResource, Resource } from 'resedit';

/** By this Electron's executable is known to have fuses (electron docs/tutorial/fuses.md); version and count follow it. */
const FUSE_SENTINEL = 'dL7pKGdnNz796PbbjQWNKmHXBZaB9tsX';
const FUSE_VERSION = 1;
/** Electron 45 has nine; every one stands as it comes from the factory. */
const FACTORY_FUSES = '101001110';
const ENGLISH_US = 1033;
const UNICODE = 1200;

export type PackagedPlatform = 'linux' | 'win32';

/**
 * A folder that electron-builder takes for an unpacked Electron of `platform`: everything it looks at and nothing that
 * runs. Electron's own binary cannot be had everywhere; what surrounds it in a package can be judged without it.
 */
export function makeStandInElectron(folder: string, platform: PackagedPlatform): void {
  mkdirSync(path.join(folder, 'locales'), { recursive: true });
  mkdirSync(path.join(folder, 'resources'), { recursive: true });
  const { version } = createRequire(import.meta.url)('electron/package.json') as { version: string };
  writeFileSync(path.join(folder, 'version'), version);
  for (const name of ['LICENSE', 'LICENSES.chromium.html', 'resources.pak', 'icudtl.dat', 'locales/en-US.pak']) {
    writeFileSync(path.join(folder, name), `stand-in for ${name}`);
  }
  if (platform === 'win32') {
    writeFileSync(path.join(folder, 'electron.exe'), windowsProgram(version));
  } else {
    for (const name of ['electron', 'chrome-sandbox', 'chrome_crashpad_handler']) {
      writeFileSync(path.join(folder, name), fuseWire());
      chmodSync(path.join(folder, name), 0o755);
    }
  }
}

const fuseWire = (): Buffer =>
  Buffer.concat([
    Buffer.alloc(64, 'x'),
    Buffer.from(FUSE_SENTINEL, 'ascii'),
    Buffer.from([FUSE_VERSION, FACTORY_FUSES.length]),
    Buffer.from(FACTORY_FUSES, 'ascii'),
    Buffer.alloc(64, 'x'),
  ]);

/** A program without code, but with the version resource that electron-builder rewrites and hangs the archive's hash on. */
function windowsProgram(version: string): Buffer {
  const program = NtExecutable.createEmpty(false, false);
  const resources = NtExecutableResource.from(program);
  const info = Resource.VersionInfo.createEmpty();
  info.lang = ENGLISH_US;
  info.setFileVersion(version, ENGLISH_US);
  info.setStringValues(
    { lang: ENGLISH_US, codepage: UNICODE },
    { ProductName: 'Electron', FileDescription: 'Electron' },
  );
  info.outputToResourceEntries(resources.entries);
  resources.outputResource(program);
  return Buffer.concat([Buffer.from(program.generate()), fuseWire()]);
}
