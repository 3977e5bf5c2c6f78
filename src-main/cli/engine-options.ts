import path from 'node:path';
import { Command, InvalidArgumentError } from 'commander';
import type { SettingsPatch } from '../../src-shared/index.ts';
import { defaultDataDirectory, SettingsStore } from '../engine/index.ts';

/** Flags shared by `engine` and `console`, as commander hands them over. */
export interface EngineFlags {
  readonly source?: string;
  readonly publish?: string;
  readonly publishDemo?: boolean;
  readonly publishReplay?: boolean;
  readonly http?: { host: string; port: number };
  readonly model?: string;
  readonly mmPerPixel?: [number, number];
  readonly fps?: number;
  readonly interval?: number;
  readonly record?: boolean;
  readonly dataDir?: string;
  readonly settings?: string;
}

export function addEngineFlags(command: Command): Command {
  return command
    .option('--source <address>', 'igtl://HOST:PORT, a recording (.mha .mhd .nrrd .nhdr), or phantom[:SEED]')
    .option('--publish <address>', 'igtl-server://HOST:PORT (Slicer connects to us) or igtl://HOST:PORT (we connect)')
    .option('--publish-demo', 'publish masks of the demo source too (as BoneMask_Demo)')
    .option('--publish-replay', 'publish masks of a replayed recording too (as BoneMask_Replay)')
    .option('--http <host:port>', 'where the console, API and metrics are served', parseHttp)
    .option('--model <id>', 'model to run')
    .option('--mm-per-pixel <x[,y]>', 'pixel size of a source that does not state its own, mm', parseMmPerPixel)
    .option('--fps <rate>', 'pace of a recording or the phantom, frames/s', parsePositive)
    .option('--interval <seconds>', 'time between two KPI samples, s', parsePositive)
    .option('--record', 'record from the start: every received frame and its mask (not encrypted)')
    .option('--data-dir <folder>', 'settings, logs and recordings')
    .option('--settings <file>', 'settings file instead of the data directory’s own');
}

/**
 * The engine flags among a program's arguments. What belongs to others (the desktop app's launcher, Chromium) is passed over.
 * @throws {CommanderError} for a flag of ours with a value that cannot be.
 */
export function parseEngineFlags(args: readonly string[]): EngineFlags {
  const command = addEngineFlags(new Command('ultramotion console'))
    .allowUnknownOption()
    .allowExcessArguments()
    .exitOverride()
    .configureOutput({ writeErr: () => {} });
  return command.parse(args, { from: 'user' }).opts<EngineFlags>();
}

/** Settings in force for this run. @throws {BadSetting} */
export function openSettings(flags: EngineFlags): { store: SettingsStore; dataDir: string } {
  const dataDir = path.resolve(flags.dataDir ?? defaultDataDirectory());
  const store = new SettingsStore({
    file: path.resolve(flags.settings ?? path.join(dataDir, 'settings.json')),
    environment: process.env,
    commandLine: toPatch(flags),
  });
  return { store, dataDir };
}

function toPatch(flags: EngineFlags): SettingsPatch {
  return {
    ...(flags.source !== undefined && { 'source.address': flags.source }),
    ...(flags.publish !== undefined && { 'publish.address': flags.publish }),
    ...(flags.publishDemo === true && { 'publish.demo': true }),
    ...(flags.publishReplay === true && { 'publish.replay': true }),
    ...(flags.http !== undefined && { 'http.host': flags.http.host, 'http.port': flags.http.port }),
    ...(flags.model !== undefined && { 'model.id': flags.model }),
    ...(flags.mmPerPixel !== undefined && { 'source.mmPerPixel': flags.mmPerPixel }),
    ...(flags.fps !== undefined && { 'source.framesPerSecond': flags.fps }),
    ...(flags.record === true && { 'recording.onStart': true }),
    ...(flags.interval !== undefined && { 'kpi.intervalS': flags.interval }),
  };
}

function parseHttp(text: string): { host: string; port: number } {
  const match = /^(.+):(\d{1,5})$/.exec(text);
  if (match === null || Number(match[2]) > 65535) {
    throw new InvalidArgumentError(`"${text}": expected HOST:PORT with a port from 0 to 65535`);
  }
  return { host: (match[1] as string).replace(/^\[|\]$/g, ''), port: Number(match[2]) };
}

export function parseMmPerPixel(text: string): [number, number] {
  const values = text.split(',').map(Number);
  const [x, y = x] = values;
  if (values.length > 2 || x === undefined || y === undefined || !(x > 0 && x <= 10 && y > 0 && y <= 10)) {
    throw new InvalidArgumentError(`"${text}": expected X or X,Y in mm, each above 0 and at most 10`);
  }
  return [x, y];
}

export function parsePositive(text: string): number {
  const value = Number(text);
  if (!(value > 0 && Number.isFinite(value))) {
    throw new InvalidArgumentError(`"${text}": expected a number above 0`);
  }
  return value;
}

export function parseCount(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 1) {
    throw new InvalidArgumentError(`"${text}": expected a whole number of at least 1`);
  }
  return value;
}

export function parsePort(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 0 || value > 65535) {
    throw new InvalidArgumentError(`"${text}": expected a port from 0 to 65535`);
  }
  return value;
}
