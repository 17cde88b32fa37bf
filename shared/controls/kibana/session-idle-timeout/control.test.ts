import { describe, expect, it } from 'vitest';
import { changesOf, controlTable } from '../../../../test/support/control-table.ts';
import { failingKibana, kibanaFacts, notRead, withYml } from '../../../../test/support/kibana.ts';
import { sessionMilliseconds } from '../../kibana-sessions.ts';
import control from './control.ts';

const key = 'xpack.security.session.idleTimeout';
const provider = 'xpack.security.authc.providers.basic.basic1.session.idleTimeout';
const absent = { [key]: undefined };

controlTable(control, {
  pass: [
    { name: 'eight hours', facts: kibanaFacts() },
    { name: 'in milliseconds', facts: withYml({ [key]: '3600000' }) },
    { name: 'the default of 8.0 to 8.9', facts: withYml(absent, { version: '8.9.2' }) },
    { name: 'one provider shorter', facts: withYml({ [provider]: '1h30m' }) },
  ],
  fail: [
    { name: 'the default from 8.10', facts: withYml(absent), says: /after 3d/ },
    { name: 'the default of 9', facts: withYml(absent, { version: '9.4.3' }), says: /after 3d/ },
    { name: 'the default of 7', facts: withYml(absent, { version: '7.17.29' }), says: /never end/ },
    { name: 'switched off', facts: withYml({ [key]: '0' }), says: /never end/ },
    { name: 'null', facts: withYml({ [key]: '' }), says: /never end/ },
    { name: 'nine hours', facts: withYml({ [key]: '9h' }) },
    { name: 'one provider longer', facts: withYml({ [provider]: '2w' }), says: /one provider/ },
  ],
  unknown: [
    { name: 'no duration', facts: withYml({ [key]: 'soon' }), says: /no duration/ },
    { name: 'not read', facts: kibanaFacts({ settings: notRead }) },
    { name: 'a keystore with a password', facts: kibanaFacts({ keystore: notRead }) },
  ],
  error: [{ name: 'broken', facts: failingKibana }],
});

describe('propose', () => {
  it('sets what is too long, each where it is given', () => {
    expect(changesOf(control, withYml({ ...absent, [provider]: '2w' })).changes).toMatchObject([
      {
        edits: [
          { op: 'set', key, value: '8h' },
          { op: 'set', key: provider, value: '8h' },
        ],
      },
    ]);
    expect(changesOf(control, withYml({ [provider]: '2w' })).changes).toMatchObject([
      { edits: [{ op: 'set', key: provider, value: '8h' }] },
    ]);
  });
});

it.each([
  ['', 'never'],
  ['0', 'never'],
  ['0s', 'never'],
  ['1000', 1000],
  ['250ms', 250],
  ['1h30m', 5_400_000],
  ['1w', 604_800_000],
  ['8 h', undefined],
  ['-1h', undefined],
  ['1H', undefined],
])('%j is %s milliseconds', (text, wanted) => expect(sessionMilliseconds(text)).toBe(wanted));
