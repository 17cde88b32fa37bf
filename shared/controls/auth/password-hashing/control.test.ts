import { expect, it } from 'vitest';
import { changesOf, controlTable } from '../../../../test/support/control-table.ts';
import {
  factsOf,
  failing,
  healthy,
  neverStarted,
  setting,
  settings,
  without,
} from '../../../../test/support/facts.ts';
import control from './control.ts';

const key = 'xpack.security.authc.password_hashing.algorithm';
const fips = 'xpack.security.fips_mode.enabled';
const both = (...list: readonly (readonly [string, string])[]) =>
  factsOf(healthy, {
    'es-settings': settings(...list.map(([name, value], index) => setting(name, value, index + 1))),
    'node-answers': { ...healthy['node-answers'], running: Object.fromEntries(list) },
  });
const strong = ['bcrypt', 'BCRYPT', 'bcrypt12', 'pbkdf2', 'pbkdf2_stretch', 'pbkdf2_stretch_100000'];
const weak = ['bcrypt4', 'bcrypt9', 'pbkdf2_1000', 'PBKDF2_STRETCH_1000', 'sha256', 'noop'];

controlTable(control, {
  pass: [
    { name: 'default', facts: factsOf(healthy) },
    ...strong.map((value) => ({ name: value, facts: both([key, value]) })),
    { name: 'pbkdf2 in FIPS mode', facts: both([fips, 'true'], [key, 'pbkdf2_stretch']) },
    { name: 'the default of FIPS mode', facts: both([fips, 'true']) },
  ],
  fail: [
    { name: 'cost 5', facts: both([key, 'bcrypt5']), says: /below 10/ },
    ...weak.map((value) => ({ name: value, facts: both([key, value]) })),
    { name: 'bcrypt in FIPS mode', facts: both([fips, 'true'], [key, 'bcrypt12']), says: /FIPS/ },
    {
      name: 'corrected and not restarted',
      facts: factsOf(healthy, {
        'node-answers': { ...healthy['node-answers'], running: { [key]: 'bcrypt4' } },
      }),
      says: /another value than its file/,
    },
  ],
  unknown: [
    { name: 'never started', facts: factsOf(neverStarted), says: /Start it/ },
    {
      name: 'no login',
      facts: factsOf(healthy, { 'node-answers': { ...healthy['node-answers'], running: undefined } }),
      says: /login/,
    },
    { name: 'settings unreadable', facts: without(healthy, 'es-settings') },
  ],
  error: [{ name: 'settings are no YAML', facts: failing(healthy, 'es-settings') }],
});

it('goes back to the default, in FIPS mode to what is allowed there', () => {
  expect(changesOf(control, both([key, 'bcrypt4'])).changes[0]).toMatchObject({
    edits: [{ op: 'remove', key }],
  });
  expect(changesOf(control, both([fips, 'true'], [key, 'bcrypt'])).changes[0]).toMatchObject({
    edits: [{ op: 'set', key, value: 'pbkdf2_stretch' }],
  });
});
