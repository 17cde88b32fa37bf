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

const roles = 'xpack.security.authc.anonymous.roles';
const given = settings(
  setting('xpack.security.enabled', 'true', 1),
  setting(roles, 'monitoring_user,viewer', 4),
  setting('xpack.security.authc.anonymous.username', 'guest', 5),
);
const answered = { ...healthy['node-answers'], anonymous: 'answered' as const };
const found = factsOf(healthy, { 'es-settings': given, 'node-answers': answered });

controlTable(control, {
  pass: [{ name: 'refused', facts: factsOf(healthy), says: /refused/ }],
  fail: [
    { name: 'answered, and its settings say so', facts: found, says: /monitoring_user and viewer/ },
    {
      name: 'answered, its settings were corrected',
      facts: factsOf(healthy, { 'node-answers': answered }),
      says: /not restarted/,
    },
    {
      name: 'refused now, answered from the next start on',
      facts: factsOf(healthy, { 'es-settings': given }),
      says: /next start/,
    },
    {
      name: 'waits behind security that is off',
      facts: factsOf(open, { 'es-settings': given }),
      says: /next start with security on/,
    },
  ],
  'not-applicable': [{ name: 'security is off', facts: factsOf(open), says: /everybody is answered/ }],
  unknown: [
    { name: 'never started', facts: factsOf(neverStarted), says: /Start it/ },
    {
      name: 'no clear answer',
      facts: factsOf(healthy, {
        'node-answers': { ...healthy['node-answers'], anonymous: 'not-asked', securityEnabled: undefined },
      }),
    },
    { name: 'settings unreadable', facts: without(healthy, 'es-settings') },
  ],
  error: [{ name: 'settings are no YAML', facts: failing(healthy, 'es-settings') }],
});

it('takes every line of it out and restarts; a corrected file needs the restart alone', () => {
  expect(changesOf(control, found).changes).toEqual([
    {
      kind: 'yaml-setting',
      path: given.path,
      edits: [
        { op: 'remove', key: roles },
        { op: 'remove', key: 'xpack.security.authc.anonymous.username' },
      ],
      expects: given.digest,
    },
    { kind: 'service-restart', unit: 'elasticsearch.service', install, rehearse: true },
  ]);
  const corrected = changesOf(control, factsOf(healthy, { 'node-answers': answered }));
  expect(corrected.changes.map(({ kind }) => kind)).toEqual(['service-restart']);
});

it('leaves alone what it cannot change for certain', () => {
  const twice = factsOf(healthy, { 'es-settings': { ...given, duplicates: [roles] } });
  expect(manualOf(control, twice).reason).toMatch(/more than once/);
  const link = factsOf(healthy, { 'es-settings': { ...given, symlink: true } });
  expect(manualOf(control, link).reason).toMatch(/symbolic link/);
  const process = healthy['es-process'] && {
    ...healthy['es-process'],
    argumentsShown: [`-E${roles}=viewer`],
  };
  expect(
    manualOf(control, factsOf(healthy, { 'es-process': process, 'node-answers': answered })).reason,
  ).toMatch(/command line/);
  const { unit: _, ...without } = install;
  expect(manualOf(control, factsOf(healthy, { 'es-install': without, 'es-settings': given })).reason).toMatch(
    /systemd unit/,
  );
});
