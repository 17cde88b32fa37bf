import { describe, expect, it } from 'vitest';
import { editYaml } from '../../../text/yaml-edit.ts';
import { isOn, readYamlSettings, settingValue } from '../../../text/yaml-settings.ts';
import { isLayerEntry, securedEdits, storeEntries } from './settings.ts';

function secured(yml: string, form: 'pkcs12' | 'pem') {
  const read = readYamlSettings(yml);
  if (!read.ok) throw new Error(read.message);
  const edited = editYaml(yml, securedEdits(read.settings, form));
  if (!edited.ok) throw new Error(edited.message);
  const after = readYamlSettings(edited.text);
  if (!after.ok) throw new Error(after.message);
  return { text: edited.text, settings: after.settings, duplicates: after.duplicates };
}

describe.each(['pkcs12', 'pem'] as const)('settings for %s', (form) => {
  it.each([
    ['none', 'cluster.name: a\n'],
    ['flat', '# kept\nxpack.security.enabled: false # why\nxpack.security.http.ssl.enabled: false\n'],
    [
      'nested',
      'xpack:\n  security:\n    enabled: false\n    transport:\n      ssl:\n        enabled: false\n        verification_mode: none\n',
    ],
  ])('are complete and given once, with %s before', (_name, yml) => {
    const { settings, duplicates } = secured(yml, form);
    for (const key of ['enabled', 'http.ssl.enabled', 'transport.ssl.enabled'])
      expect(isOn(settingValue(settings, `xpack.security.${key}`))).toBe(true);
    expect(settingValue(settings, 'xpack.security.transport.ssl.verification_mode')).toBe('certificate');
    expect(duplicates).toEqual([]);
    // A path without its store's password in the keystore would stop the next start, and the other way round.
    const stores = settings
      .filter(({ key }) => /(?:keystore|truststore)\.path$/.test(key))
      .map(({ key }) => key);
    expect(
      storeEntries(form)
        .map((name) => name.replace('secure_password', 'path'))
        .toSorted(),
    ).toEqual(stores.toSorted());
  });

  it('keep what is not about security, and drop lines about TLS that do not fit', () => {
    const { text, settings } = secured(
      '# mine\ncluster.name: a   # kept\nxpack.security.http.ssl.verification_mode: none\nxpack.security.authc.realms.file.f.order: 0\n',
      form,
    );
    expect(text).toContain('# mine\ncluster.name: a   # kept\n');
    expect(settingValue(settings, 'xpack.security.http.ssl.verification_mode')).toBeUndefined();
    expect(settingValue(settings, 'xpack.security.authc.realms.file.f.order')).toBe('0');
  });
});

it('secrets of a layer are told from others', () => {
  expect(storeEntries('pkcs12').every(isLayerEntry)).toBe(true);
  expect(isLayerEntry('xpack.security.authc.realms.ldap.l1.secure_bind_password')).toBe(false);
  expect(isLayerEntry('keystore.seed')).toBe(false);
});
