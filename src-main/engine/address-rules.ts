import { realpathSync } from 'node:fs';
import path from 'node:path';
import {
  SaidError,
  type SettingKey,
  type Settings,
  type SettingsPatch,
  say,
  settingInfo,
} from '../../src-shared/index.ts';
import { parseSourceAddress } from '../acquisition/index.ts';
import { parsePublishAddress } from '../publishing/index.ts';

/** A setting or an address that a console may not set; the message says which, and what is allowed. */
export class AddressRefused extends SaidError {
  override readonly name = 'AddressRefused';
}

/**
 * What addresses a console may set (design, section 8): well-formed ones, and recordings in known folders only, be they
 * opened or made: a folder that frames are written to is a way onto the machine as one that files are read from is. The
 * command line and the settings file are the machine owner's and are not asked.
 */
export class AddressRules {
  readonly #folders: readonly string[];

  /** `folders`: where recordings may be opened from; those that do not exist yet count as written. */
  constructor(folders: readonly string[]) {
    this.#folders = folders.map(resolved);
  }

  /** @throws {BadSourceAddress | BadEndpoint | AddressRefused} before anything is taken down for a bad address. */
  check(patch: SettingsPatch, allowedPeers: readonly string[]): void {
    const source = patch['source.address'];
    const publish = patch['publish.address'];
    const folder = patch['recording.folder'];
    if (source !== undefined) {
      this.#checkSource(source);
    }
    if (publish !== undefined && publish !== '') {
      parsePublishAddress(publish, patch['publish.allowedPeers'] ?? allowedPeers);
    }
    if (folder !== undefined && folder !== '') {
      this.#checkRecordingFolder(folder);
    }
  }

  #checkSource(address: string): void {
    const parsed = parseSourceAddress(address);
    if (parsed.scheme !== 'file' && parsed.scheme !== 'recording') {
      return;
    }
    this.checkPath('recording', parsed.path);
  }

  #checkRecordingFolder(given: string): void {
    const folder = resolved(given);
    if (!this.#folders.some((known) => folder === known || folder.startsWith(known + path.sep))) {
      throw new AddressRefused(say('settings.folder-unknown', { folder: given, known: this.#folders.join(', ') }));
    }
  }

  /** @throws {AddressRefused} for a file or folder that lies outside the known folders. */
  checkPath(what: 'recording' | 'model', given: string): void {
    const file = resolved(given);
    if (!this.#folders.some((folder) => file.startsWith(folder + path.sep))) {
      throw new AddressRefused(say(`file.${what}-elsewhere`, { file: given, known: this.#folders.join(', ') }));
    }
  }
}

/**
 * Who is let in must not be decided by whoever was let in: such settings change on the machine itself.
 *
 * @throws {AddressRefused}
 */
export function checkOwnerOnly(patch: SettingsPatch, before: Settings): void {
  const refused = (Object.keys(patch) as SettingKey[]).filter(
    (key) => settingInfo(key).ownerOnly === true && JSON.stringify(patch[key]) !== JSON.stringify(before[key]),
  );
  if (refused.length > 0) {
    throw new AddressRefused(say('settings.owner-only', { settings: refused.join(', ') }));
  }
}

/** With symbolic links followed as far as there is anything, so that a link does not lead out of its folder. */
function resolved(file: string): string {
  const whole = path.resolve(file);
  try {
    return realpathSync(whole);
  } catch {
    const parent = path.dirname(whole);
    return parent === whole ? whole : path.join(resolved(parent), path.basename(whole));
  }
}
