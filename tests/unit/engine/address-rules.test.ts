import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { AddressRules } from '../../../src-main/engine/address-rules.ts';

describe('AddressRules', () => {
  let folder: string;
  let rules: AddressRules;
  beforeEach(() => {
    folder = mkdtempSync(path.join(os.tmpdir(), 'rules-'));
    mkdirSync(path.join(folder, 'recordings'));
    writeFileSync(path.join(folder, 'recordings', 'a.mha'), '');
    writeFileSync(path.join(folder, 'secret.mha'), '');
    rules = new AddressRules([path.join(folder, 'recordings')]);
  });
  afterEach(() => rmSync(folder, { recursive: true }));
  const source = (address: string) => () => rules.check({ 'source.address': address }, []);

  it('lets recordings of a known folder be opened, and all other kinds of sources', () => {
    expect(source(path.join(folder, 'recordings', 'a.mha'))).not.toThrow();
    expect(source('phantom:3')).not.toThrow();
    expect(source('igtl://10.0.0.7:18944')).not.toThrow();
  });

  it('refuses a recording elsewhere, naming it and where recordings may be', () => {
    expect(source(path.join(folder, 'secret.mha'))).toThrow(/secret\.mha.*recordings only/);
    expect(source(path.join(folder, 'recordings', '..', 'secret.mha'))).toThrow(/only/);
    expect(source(path.join(folder, 'recordings-of-others', 'a.mha'))).toThrow(/only/);
  });

  it('does not follow a link out of a known folder', () => {
    symlinkSync(path.join(folder, 'secret.mha'), path.join(folder, 'recordings', 'link.mha'));
    expect(source(path.join(folder, 'recordings', 'link.mha'))).toThrow(/only/);
  });

  it('lets recordings be put in known folders and below, and nowhere else, through no link either', () => {
    const put = (where: string) => () => rules.check({ 'recording.folder': where }, []);
    const known = path.join(folder, 'recordings');
    for (const where of ['', known, path.join(known, 'theatre 2', 'monday')]) expect(put(where), where).not.toThrow();
    symlinkSync(folder, path.join(known, 'way-out'));
    for (const where of [folder, '/', '/etc/cron.d', path.join(known, '..', 'x'), path.join(known, 'way-out', 'new')]) {
      expect(put(where), where).toThrow(/^recording\.folder .*set others in the settings file$/);
    }
  });

  it('refuses a publish address before the old publisher is taken down', () => {
    expect(() => rules.check({ 'publish.address': 'igtl-server://0.0.0.0:1' }, [])).toThrow(/allowedPeers/);
    expect(() => rules.check({ 'publish.address': 'igtl-server://0.0.0.0:1' }, ['10.0.0.7'])).not.toThrow();
    expect(() => rules.check({ 'publish.address': '' }, [])).not.toThrow();
  });
});
