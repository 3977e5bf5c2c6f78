import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync } from 'node:fs';
import path from 'node:path';
import { extractAll } from '@electron/asar';
import { makeStandInElectron, type PackagedPlatform } from './stand-in-electron.ts';

const project = path.resolve(import.meta.dirname, '../../..');
const FPM = path.join(import.meta.dirname, 'fpm.mjs');

export interface BuiltPackage {
  /** Where the installers are. */
  readonly folder: string;
  /** The app's executable as the user starts it. */
  readonly executable: string;
  /** Holds app.asar, what is beside it, and the models. */
  readonly resources: string;
}

/** Runs electron-builder with the project's own configuration and without a network, around a stand-in for Electron. */
export function buildPackage(
  platform: PackagedPlatform,
  targets: readonly ('dir' | 'deb')[],
  folder: string,
): BuiltPackage {
  const electron = path.join(folder, 'stand-in');
  const output = path.join(folder, 'release');
  makeStandInElectron(electron, platform);
  const args = [
    path.join(project, 'node_modules', 'electron-builder', 'cli.js'),
    ...[platform === 'linux' ? '--linux' : '--win', ...targets, '--x64', '--publish', 'never'],
    ...[`--config.electronDist=${electron}`, `--config.directories.output=${output}`],
  ];
  const { status, stdout, stderr } = spawnSync(process.execPath, args, {
    cwd: project,
    env: {
      ...process.env,
      ELECTRON_BUILDER_OFFLINE: 'true',
      CUSTOM_FPM_PATH: FPM,
      CSC_IDENTITY_AUTO_DISCOVERY: 'false',
    },
    encoding: 'utf8',
  });
  if (status !== 0) {
    throw new Error(`electron-builder ended with ${status}\n${stdout}\n${stderr}`);
  }
  const unpacked = path.join(output, platform === 'linux' ? 'linux-unpacked' : 'win-unpacked');
  const executable = platform === 'linux' ? 'ultramotion-console' : 'Ultramotion Console.exe';
  return { folder: output, executable: path.join(unpacked, executable), resources: path.join(unpacked, 'resources') };
}

/**
 * A package's resources in a folder of their own, with the archive as a folder of its name, since plain Node cannot read
 * inside it as Electron does. Returns the archive's place.
 */
export function layOutAsInstalled(resources: string, folder: string): string {
  const archive = path.join(folder, 'app.asar');
  mkdirSync(folder, { recursive: true });
  extractAll(path.join(resources, 'app.asar'), archive);
  cpSync(path.join(resources, 'app.asar.unpacked'), path.join(folder, 'app.asar.unpacked'), { recursive: true });
  cpSync(path.join(resources, 'models'), path.join(folder, 'models'), { recursive: true });
  return archive;
}
