import { expect, it } from 'vitest';
import { changesOf, controlTable, manualOf } from '../../../../test/support/control-table.ts';
import {
  factsOf,
  failing,
  healthy,
  install,
  neverStarted,
  open,
  setting,
  settings,
  without,
} from '../../../../test/support/facts.ts';
import control from './control.ts';

const key = 'xpack.security.enrollment.enabled';
const stated = (value: string) => settings(setting(key, value, 7));
const running = (value?: string) => ({
  ...healthy['node-answers'],
  running: value === undefined ? undefined : { [key]: value },
});

controlTable(control, {
  pass: [
    { name: 'not set', facts: factsOf(healthy) },
    {
      name: 'off in both',
      facts: factsOf(healthy, { 'es-settings': stated('false'), 'node-answers': running('false') }),
    },
  ],
  fail: [
    {
      name: 'on, as the set-up leaves it',
      facts: factsOf(healthy, { 'es-settings': stated('true'), 'node-answers': running('true') }),
      says: /Enrolment is on/,
    },
    {
      name: 'on in the file alone',
      facts: factsOf(healthy, { 'es-settings': stated('yes') }),
      says: /Enrolment is on/,
    },
    {
      name: 'other than its file',
      facts: factsOf(healthy, { 'es-settings': stated('false'), 'node-answers': running('true') }),
      says: /another value than its file/,
    },
  ],
  'not-applicable': [
    { name: 'security is off', facts: factsOf(open) },
    {
      name: 'a version without enrolment',
      facts: factsOf(healthy, { 'es-install': { ...install, version: '7.17.29' } }),
      says: /8.0/,
    },
  ],
  unknown: [
    { name: 'no login', facts: factsOf(healthy, { 'node-answers': running() }), says: /login/ },
    { name: 'never started', facts: factsOf(neverStarted), says: /Start it/ },
    { name: 'settings unreadable', facts: without(healthy, 'es-settings') },
  ],
  error: [{ name: 'settings are no YAML', facts: failing(healthy, 'es-settings') }],
});

it('sets it to false and restarts', () => {
  const { changes } = changesOf(control, factsOf(healthy, { 'es-settings': stated('true') }));
  expect(changes).toMatchObject([
    { kind: 'yaml-setting', edits: [{ op: 'set', key, value: false }] },
    { kind: 'service-restart', rehearse: true },
  ]);
});

it.each([[[`-E${key}=true`]], [['-E', `${key}=true`]]])(
  'does not restart for nothing where %j on the command line outranks the file',
  (given) => {
    const process = healthy['es-process'] && { ...healthy['es-process'], argumentsShown: given };
    const outranked = { 'es-settings': stated('false'), 'node-answers': running('true') };
    expect(manualOf(control, factsOf(healthy, { ...outranked, 'es-process': process })).reason).toMatch(
      /command line/,
    );
    expect(changesOf(control, factsOf(healthy, outranked)).changes.map(({ kind }) => kind)).toEqual([
      'service-restart',
    ]);
  },
);
