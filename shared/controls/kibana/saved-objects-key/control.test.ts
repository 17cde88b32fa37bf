import { describe, expect, it } from 'vitest';
import { changesOf, controlTable, manualOf } from '../../../../test/support/control-table.ts';
import {
  allKeys,
  failingKibana,
  key,
  keystoreOf,
  kibanaFacts,
  notRead,
  secretEntry,
  withYml,
  ymlOf,
} from '../../../../test/support/kibana.ts';
import type { Facts } from '../../../domain/facts.ts';
import type { KibanaFact, KibanaPeer } from '../../../domain/kibana.ts';
import control from './control.ts';

const name = 'xpack.encryptedSavedObjects.encryptionKey';
const ref = `shared/kibana/${name}`;
const at = '2026-01-02T03:04:05.000Z';
const none = { keystore: keystoreOf([]) };
const inYml: Partial<KibanaFact> = {
  ...none,
  settings: ymlOf({ [name]: '[secret]' }, { keys: [key(name)] }),
};

const peer = (more: Partial<KibanaPeer> = {}): KibanaPeer => ({
  host: 'kibana-2',
  state: 'read',
  keys: allKeys,
  ...more,
});
function among(peers: readonly KibanaPeer[], more: Partial<KibanaFact> = {}): Facts {
  return kibanaFacts(more, { 'kibana-peers': { status: 'known', value: peers, where: 'others', at } });
}
const different = peer({ keys: [key(name, { print: 'another' })] });
const lacking = peer({ keys: [] });

controlTable(control, {
  pass: [
    { name: 'the only one', facts: kibanaFacts() },
    { name: 'the same as others', facts: among([peer(), peer({ host: 'es-1', state: 'none', keys: [] })]) },
  ],
  fail: [
    { name: 'no key', facts: kibanaFacts(none), says: /no key for saved objects/ },
    { name: 'in clear text', facts: kibanaFacts(inYml), says: /clear text/ },
    {
      name: 'stored, and in clear text as well',
      facts: kibanaFacts({ settings: ymlOf({ [name]: '[secret]' }, { keys: [key(name)] }) }),
      says: /clear text/,
    },
    {
      name: 'too short',
      facts: kibanaFacts({ keystore: keystoreOf([secretEntry(name)], [key(name, { length: 31 })]) }),
      says: /31 characters/,
    },
    { name: 'different', facts: among([different]), says: /another one than on kibana-2/ },
    {
      name: 'not comparable',
      facts: among([peer()], {
        keystore: keystoreOf([secretEntry(name)], [key(name, { print: undefined })]),
      }),
    },
    { name: 'lacking elsewhere', facts: among([lacking]), says: /kibana-2 does not have/ },
    { name: 'lacking here', facts: among([peer()], none), says: /no key/ },
  ],
  unknown: [
    {
      name: 'others not read',
      facts: among([peer({ state: 'not-read', keys: [] })]),
      says: /kibana-2 has the same/,
    },
    { name: 'others not known', facts: { ...kibanaFacts(), 'kibana-peers': notRead } },
    { name: 'a keystore with a password', facts: kibanaFacts({ keystore: notRead }) },
    { name: 'kibana.yml not read', facts: kibanaFacts({ settings: notRead }) },
    { name: 'from a variable', facts: withYml({ [name]: '${KEY}' }, none) },
  ],
  error: [{ name: 'broken', facts: failingKibana }],
});

describe('propose', () => {
  it('makes a key where nobody has one', () => {
    expect(changesOf(control, among([lacking], none)).changes).toMatchObject([
      { edits: [], keystore: { set: [{ name, value: { from: 'generate', ref, length: 40 } }] } },
    ]);
  });

  it('gives it the key of the others, which has to be in the vault', () => {
    expect(changesOf(control, among([peer()], none)).changes).toMatchObject([
      { keystore: { set: [{ name, value: { from: 'vault', ref } }] } },
    ]);
  });

  it('makes none while somebody who may have one was not looked at', () => {
    const proposal = manualOf(control, among([peer({ state: 'not-read', keys: [] })], none));
    expect(proposal.reason).toContain('what it has is not known');
  });

  it('moves a key as it is, and takes it over', () => {
    const [change] = changesOf(control, kibanaFacts(inYml)).changes;
    expect(change).toMatchObject({
      edits: [{ op: 'remove', key: name }],
      keystore: { set: [{ name, value: { from: 'yaml-setting', key: name } }], remove: [] },
      keep: [{ name, ref }],
    });
  });

  it('takes over the key that holds where two are given', () => {
    const facts = kibanaFacts({ settings: ymlOf({ [name]: '[secret]' }, { keys: [key(name)] }) });
    expect(changesOf(control, facts).changes).toMatchObject([
      { edits: [{ op: 'remove', key: name }], keystore: { set: [] }, keep: [{ name, ref }] },
    ]);
  });

  it('only takes it over where others lack it', () => {
    const proposal = changesOf(control, among([lacking]));
    expect(proposal.changes).toMatchObject([{ edits: [], keystore: { set: [] }, keep: [{ name, ref }] }]);
    expect(proposal.disturbs).toMatch(/Nobody notices/);
  });

  it('never replaces a key', () => {
    expect(manualOf(control, among([different])).reason).toContain('Neither is replaced');
    manualOf(control, kibanaFacts({ keystore: keystoreOf([secretEntry(name)], [key(name, { length: 8 })]) }));
  });
});
