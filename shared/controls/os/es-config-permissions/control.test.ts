import { describe, expect, it } from 'vitest';
import { changesOf, controlTable, manualOf } from '../../../../test/support/control-table.ts';
import {
  factsOf,
  failing,
  file,
  healthy,
  open,
  packageInstall,
  without,
} from '../../../../test/support/facts.ts';
import control from './control.ts';

const packaged = (...files: readonly ReturnType<typeof file>[]) =>
  factsOf(healthy, { 'es-install': packageInstall, 'es-files': files });
const archive = (...files: readonly ReturnType<typeof file>[]) => factsOf(healthy, { 'es-files': files });
const conf = '/etc/elasticsearch';
const good = [
  file(conf, '2750', 'root', 'elasticsearch', 'directory'),
  file(`${conf}/elasticsearch.yml`, '660', 'root', 'elasticsearch'),
  file(`${conf}/certs`, '750', 'root', 'elasticsearch', 'directory'),
  file(`${conf}/certs/http.p12`, '640', 'root', 'elasticsearch'),
  file('/etc/default/elasticsearch', '660', 'root', 'elasticsearch'),
];

controlTable(control, {
  pass: [
    { name: 'archive', facts: factsOf(healthy) },
    { name: 'package, 660 root:elasticsearch', facts: packaged(...good) },
    {
      name: 'links do not count',
      facts: archive({ ...file('/opt/elasticsearch/config/x', '777'), type: 'symlink' }),
    },
    {
      name: 'nor what lies elsewhere',
      facts: archive(file('/opt/elasticsearch', '755', 'a', 'a', 'directory')),
    },
    {
      name: 'a group without rights may be any',
      facts: archive(file('/opt/elasticsearch/config/x', '600', 'elasticsearch', 'users')),
    },
  ],
  fail: [
    { name: 'readable for others', facts: factsOf(open), says: /open to every local account/ },
    {
      name: 'listable for others',
      facts: archive(file('/opt/elasticsearch/config', '755', 'elasticsearch', 'elasticsearch', 'directory')),
      says: /open to every/,
    },
    {
      name: 'package: setgid lost',
      facts: packaged(file(conf, '750', 'root', 'elasticsearch', 'directory')),
      says: /wrong owner, group or mode/,
    },
    {
      name: 'package: owned by the service',
      facts: packaged(...good, file(`${conf}/users`, '660')),
      says: /users/,
    },
    {
      name: 'package: root:root, unreadable for the node',
      facts: packaged(...good, file(`${conf}/service_tokens`, '600', 'root', 'root')),
    },
    {
      name: 'package: environment file',
      facts: packaged(...good, file('/etc/default/elasticsearch', '644', 'root', 'root')),
    },
    {
      name: 'archive: another owner',
      facts: archive(file('/opt/elasticsearch/config/x', '600', 'root', 'root')),
    },
    {
      name: 'archive: another group may read',
      facts: archive(file('/opt/elasticsearch/config/x', '640', 'elasticsearch', 'users')),
    },
  ],
  unknown: [{ name: 'not readable', facts: without(healthy, 'es-files') }],
  error: [{ name: 'broken', facts: failing(healthy, 'es-files') }],
});

describe('propose', () => {
  it('changes what differs and nothing else', () => {
    expect(changesOf(control, factsOf(open)).changes).toEqual([
      {
        kind: 'file-mode',
        entries: [
          { path: '/opt/elasticsearch/config', mode: '750' },
          { path: '/opt/elasticsearch/config/elasticsearch.yml', mode: '640' },
          { path: '/opt/elasticsearch/config/elasticsearch.keystore', mode: '640' },
        ],
      },
    ]);
  });

  it('gives a package’s files back to root and the service group', () => {
    const facts = packaged(
      file(conf, '777', 'root', 'root', 'directory'),
      file(`${conf}/users`, '600', 'elasticsearch', 'root'),
    );
    expect(changesOf(control, facts).changes[0]).toMatchObject({
      entries: [
        { path: conf, group: 'elasticsearch', mode: '2770' },
        { path: `${conf}/users`, owner: 'root', group: 'elasticsearch', mode: '640' },
      ],
    });
  });

  it('leaves owners alone while the account is not Elasticsearch’s own', () => {
    const stray = file('/opt/elasticsearch/config/x', '604', 'root', 'root');
    expect(changesOf(control, factsOf(open, { 'es-files': [stray] })).changes).toEqual([
      { kind: 'file-mode', entries: [{ path: stray.path, mode: '600' }] },
    ]);
    const facts = factsOf(open, { 'es-files': [{ ...stray, mode: '0600' }] });
    expect(manualOf(control, facts).steps.join()).toMatch(/es-service-user/);
  });
});
