import { describe, expect, it } from 'vitest';
import { changesOf, choicesOf, controlTable, manualOf } from '../../../../test/support/control-table.ts';
import { factsOf, healthy, install, known } from '../../../../test/support/facts.ts';
import {
  failingKibana,
  kibanaFacts,
  kibanaUser,
  notRead,
  safe,
  ymlOf,
} from '../../../../test/support/kibana.ts';
import type { KibanaFact, KibanaUser } from '../../../domain/kibana.ts';
import control from './control.ts';

const as = (more: Partial<KibanaUser>): Partial<KibanaFact> => ({ user: known({ ...kibanaUser, ...more }) });
const root = as({ name: 'root', uid: 0, group: 'root', home: '/root', shell: '/bin/bash', password: 'set' });
const person = { name: 'deploy', uid: 1001, home: '/home/deploy', shell: '/bin/bash' };
const archive: Partial<KibanaFact> = {
  layout: 'archive',
  home: '/opt/kibana',
  pathConf: '/opt/kibana/config',
};

controlTable(control, {
  pass: [
    { name: 'its own account', facts: kibanaFacts() },
    { name: 'that would start it', facts: kibanaFacts({ running: false }), says: /its unit kibana\.service/ },
    { name: 'of another name', facts: kibanaFacts(as({ name: 'svc-dashboards', uid: 450 })) },
  ],
  fail: [
    { name: 'root', facts: kibanaFacts(root), says: /which is root/ },
    {
      name: 'the account of Elasticsearch',
      facts: kibanaFacts(as({ name: 'elasticsearch' })),
      says: /Elasticsearch too/,
    },
    {
      name: 'the account that this host’s node has',
      facts: {
        ...factsOf({ ...healthy, 'es-install': { ...install, user: 'search' } }),
        ...kibanaFacts(as({ name: 'search' })),
      },
    },
    { name: 'a person', facts: kibanaFacts(as({ ...person, password: 'set' })), says: /log in/ },
    {
      name: 'another service',
      facts: kibanaFacts(as({ name: 'www-data', uid: 33 })),
      says: /another service/,
    },
  ],
  unknown: [
    {
      name: 'perhaps a person',
      facts: kibanaFacts(as({ ...person, password: 'unknown' })),
      says: /root only/,
    },
    { name: 'not told', facts: kibanaFacts({ user: notRead }) },
  ],
  error: [{ name: 'broken', facts: failingKibana }],
});

describe('propose', () => {
  it('uses the account that the package made', () => {
    expect(changesOf(control, kibanaFacts(root)).changes).toEqual([
      {
        kind: 'file-mode',
        entries: [
          {
            path: '/var/lib/kibana',
            owner: 'kibana',
            group: 'kibana',
            below: { owner: 'kibana', group: 'kibana' },
          },
          { path: '/etc/kibana', group: 'kibana', below: { group: 'kibana' } },
        ],
      },
      {
        kind: 'systemd-dropin',
        unit: 'kibana.service',
        name: 'bulwark-user.conf',
        content: '[Service]\nUser=kibana\nGroup=kibana\n',
      },
      { kind: 'service-restart', unit: 'kibana.service', rehearse: false },
    ]);
  });

  it('asks for a new account elsewhere', () => {
    const facts = kibanaFacts({ ...archive, ...root });
    expect(choicesOf(control, facts).choices).toMatchObject([{ name: 'kibanaUser', suggested: 'kibana' }]);
    choicesOf(control, facts, { kibanaUser: 'Not a name' });
    expect(changesOf(control, facts, { kibanaUser: 'kibana' }).changes.map(({ kind }) => kind)).toEqual([
      'account',
      'file-mode',
      'systemd-dropin',
      'service-restart',
    ]);
  });

  it('leaves to hand what it cannot be sure of', () => {
    expect(manualOf(control, kibanaFacts({ ...root, unit: undefined })).reason).toContain('No systemd unit');
    manualOf(
      control,
      kibanaFacts({ ...archive, ...as({ ...person, password: 'set' }), home: '/home/deploy/kibana' }),
    );
    manualOf(control, kibanaFacts({ ...root, settings: ymlOf({ ...safe, 'path.data': '/srv/kibana' }) }));
  });
});
