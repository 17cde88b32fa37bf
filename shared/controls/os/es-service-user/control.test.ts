import { describe, expect, it } from 'vitest';
import { changesOf, choicesOf, controlTable, manualOf } from '../../../../test/support/control-table.ts';
import {
  account,
  factsOf,
  failing,
  file,
  healthy,
  install,
  neverStarted,
  open,
  packageInstall,
  person,
  without,
} from '../../../../test/support/facts.ts';
import control from './control.ts';

const { unit: _, ...unitless } = open['es-install'] ?? install;

controlTable(control, {
  pass: [
    { name: 'own system account', facts: factsOf(healthy), says: /runs as elasticsearch/ },
    {
      name: 'own account with a high uid',
      facts: factsOf(healthy, { 'service-account': { ...account, name: 'search', uid: 1002 } }),
    },
    {
      name: 'not running, its unit names it',
      facts: factsOf(healthy, { 'es-process': null }),
      says: /its unit/,
    },
  ],
  fail: [
    { name: 'a person', facts: factsOf(open), says: /deploy, with which somebody can log in/ },
    {
      name: 'never started, the unit names a person',
      facts: factsOf(neverStarted),
      says: /unit elasticsearch.service starts it as deploy/,
    },
    {
      name: 'another service',
      facts: factsOf(healthy, { 'service-account': { ...account, name: 'www-data', uid: 33 } }),
      says: /another service/,
    },
    {
      name: 'sudo without login',
      facts: factsOf(open, { 'service-account': { ...person, shell: '/bin/false' } }),
      says: /sudo rights/,
    },
    {
      name: 'root',
      facts: factsOf(healthy, { 'service-account': { ...account, name: 'root', uid: 0 } }),
      says: /root/,
    },
  ],
  unknown: [
    {
      name: 'login shell, and the rest readable by root only',
      facts: factsOf(open, {
        'service-account': { ...person, password: 'unknown', authorizedKeys: [], sudoRules: [] },
      }),
      says: /root only/,
    },
    { name: 'account unreadable', facts: without(healthy, 'service-account') },
    { name: 'several nodes or a container', facts: without(healthy, 'es-install') },
    {
      name: 'not running and no unit',
      facts: factsOf(neverStarted, { 'es-install': unitless }),
      says: /no systemd unit/,
    },
  ],
  error: [{ name: 'process unreadable', facts: failing(healthy, 'es-process') }],
});

describe('propose', () => {
  it('asks for the name first, and again for one that cannot be', () => {
    expect(choicesOf(control, factsOf(open)).choices).toMatchObject([
      { name: 'serviceUser', suggested: 'elasticsearch' },
    ]);
    for (const serviceUser of ['', 'root x', '../x', 'deploy', '-a', 'A'.repeat(40)])
      choicesOf(control, factsOf(open), { serviceUser });
  });

  it('gives an archive as a whole to the new account, then restarts it as that', () => {
    const { changes } = changesOf(control, factsOf(open), { serviceUser: 'elasticsearch' });
    expect(changes).toEqual([
      {
        kind: 'account',
        user: 'elasticsearch',
        action: {
          do: 'create-system',
          group: 'elasticsearch',
          shell: '/usr/sbin/nologin',
          home: '/nonexistent',
        },
      },
      {
        kind: 'file-mode',
        entries: [
          {
            path: '/opt/elasticsearch',
            owner: 'elasticsearch',
            group: 'elasticsearch',
            below: { owner: 'elasticsearch', group: 'elasticsearch' },
          },
        ],
      },
      {
        kind: 'systemd-dropin',
        unit: 'elasticsearch.service',
        name: 'bulwark-user.conf',
        content: '[Service]\nUser=elasticsearch\nGroup=elasticsearch\n',
      },
      {
        kind: 'service-restart',
        unit: 'elasticsearch.service',
        install: { ...open['es-install'], user: 'elasticsearch', group: 'elasticsearch' },
        rehearse: true,
      },
    ]);
  });

  it('names data, logs and configuration that lie elsewhere', () => {
    const elsewhere = {
      ...install,
      user: 'deploy',
      pathData: ['/data/a', '/data/b'],
      pathConf: '/srv/search',
    };
    const files = changesOf(control, factsOf(open, { 'es-install': elsewhere }), { serviceUser: 'es' })
      .changes[1];
    expect(files).toMatchObject({
      entries: [
        { path: '/opt/elasticsearch' },
        { path: '/data/a' },
        { path: '/data/b' },
        { path: '/srv/search' },
      ],
    });
  });

  it('leaves the configuration of a package to root', () => {
    const files = changesOf(control, factsOf(open, { 'es-install': { ...packageInstall, user: 'deploy' } }), {
      serviceUser: 'elasticsearch',
    }).changes[1];
    expect(files).toMatchObject({
      entries: [
        { path: '/var/lib/elasticsearch', owner: 'elasticsearch' },
        { path: '/var/log/elasticsearch', owner: 'elasticsearch' },
        { path: '/etc/elasticsearch', group: 'elasticsearch', below: { group: 'elasticsearch' } },
      ],
    });
    expect(JSON.stringify(files)).not.toContain('"/etc/elasticsearch","owner"');
  });

  it('says why not: no unit, somebody’s home, a closed directory on the way', () => {
    expect(manualOf(control, factsOf(open, { 'es-install': unitless })).reason).toMatch(/systemd unit/);
    expect(
      manualOf(control, factsOf(open, { 'es-install': { ...install, home: '/home/deploy' } })).reason,
    ).toMatch(/home directory of deploy/);
    const closed = factsOf(open, {
      'es-install': { ...install, home: '/home/deploy/es' },
      'es-files': [file('/home/deploy', '700', 'deploy', 'deploy', 'directory')],
    });
    expect(manualOf(control, closed).reason).toMatch(/\/home\/deploy is closed/);
  });

  it('leaves a running node alone that holds data, or may hold some', () => {
    const withData = factsOf(open, { 'node-answers': { ...open['node-answers'], userIndices: 3 } });
    expect(manualOf(control, withData).reason).toMatch(/holds data/);
    const untold = factsOf(open, {
      'node-answers': { ...open['node-answers'], userIndices: undefined },
      'data-directories': [],
    });
    expect(manualOf(control, untold).reason).toMatch(/could not be told/);
  });
});
