import { describe, expect, it } from 'vitest';
import { changesOf, controlTable, manualOf } from '../../../../test/support/control-table.ts';
import {
  factsOf,
  failing,
  file,
  healthy,
  neverStarted,
  open,
  packageInstall,
  without,
} from '../../../../test/support/facts.ts';
import control from './control.ts';

const path = healthy.keystore.path;
const stored = (changes: Partial<typeof healthy.keystore>) =>
  factsOf(healthy, { keystore: { ...healthy.keystore, ...changes } });
const absent = { exists: false, file: undefined, formatVersion: undefined, passwordProtected: undefined };

controlTable(control, {
  pass: [
    { name: 'archive', facts: factsOf(healthy) },
    {
      name: 'package',
      facts: factsOf(healthy, {
        'es-install': packageInstall,
        keystore: { ...healthy.keystore, file: file(path, '660', 'root', 'elasticsearch') },
      }),
    },
    { name: 'protected by a password', facts: stored({ passwordProtected: true }) },
  ],
  fail: [
    { name: 'readable for others', facts: factsOf(open), says: /every local account/ },
    { name: 'none', facts: factsOf(neverStarted), says: /no keystore/ },
    {
      name: 'another owner',
      facts: stored({ file: file(path, '660', 'root', 'elasticsearch') }),
      says: /belongs to root/,
    },
    {
      name: 'another group',
      facts: stored({ file: file(path, '660', 'elasticsearch', 'users') }),
      says: /group users/,
    },
    { name: 'old format', facts: stored({ formatVersion: 4 }), says: /format 4, and 8\.19\.21 writes 7/ },
    { name: 'damaged', facts: stored({ formatVersion: undefined }), says: /damaged/ },
  ],
  unknown: [{ name: 'not readable', facts: without(healthy, 'keystore') }],
  error: [{ name: 'broken', facts: failing(healthy, 'keystore') }],
});

describe('propose on a secured node', () => {
  it('puts owner and mode right', () => {
    expect(changesOf(control, stored({ file: file(path, '644', 'root', 'root') })).changes).toEqual([
      { kind: 'file-mode', entries: [{ path, owner: 'elasticsearch', group: 'elasticsearch', mode: '640' }] },
    ]);
  });

  it('creates or upgrades it', () => {
    for (const facts of [stored(absent), stored({ formatVersion: 5, passwordProtected: false })])
      expect(changesOf(control, facts).changes).toMatchObject([
        { kind: 'keystore-entry', set: [], remove: [], ensure: true },
      ]);
  });

  it('leaves alone what it cannot open', () => {
    expect(manualOf(control, stored({ formatVersion: 5, passwordProtected: true })).reason).toMatch(
      /password that Bulwark does not have/,
    );
    expect(manualOf(control, stored({ formatVersion: undefined })).reason).toMatch(/damaged/);
  });
});
