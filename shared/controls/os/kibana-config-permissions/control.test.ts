import { describe, expect, it } from 'vitest';
import { changesOf, controlTable, manualOf } from '../../../../test/support/control-table.ts';
import { file, known } from '../../../../test/support/facts.ts';
import {
  failingKibana,
  kibanaFacts,
  kibanaUser,
  notRead,
  safe,
  ymlOf,
} from '../../../../test/support/kibana.ts';
import type { FileFact } from '../../../domain/facts.ts';
import type { KibanaFact } from '../../../domain/kibana.ts';
import control from './control.ts';

const folder = file('/etc/kibana', '2750', 'root', 'kibana', 'directory');
const packaged = (...files: readonly FileFact[]): Partial<KibanaFact> => ({
  files: known([folder, ...files]),
});
const open = packaged(file('/etc/kibana/kibana.yml', '664', 'root', 'kibana'));
const archive: Partial<KibanaFact> = {
  layout: 'archive',
  home: '/opt/kibana',
  pathConf: '/opt/kibana/config',
  files: known([
    file('/opt/kibana/config', '750', 'kibana', 'kibana', 'directory'),
    file('/opt/kibana/config/kibana.yml', '640', 'kibana'),
  ]),
};
const root = { user: known({ ...kibanaUser, name: 'root', uid: 0, group: 'root' }) };

controlTable(control, {
  pass: [
    { name: 'as packages intend', facts: kibanaFacts() },
    { name: 'as archives intend', facts: kibanaFacts(archive) },
    {
      name: 'a keystore that Kibana made itself',
      facts: kibanaFacts(packaged(file('/etc/kibana/kibana.keystore', '660', 'kibana', 'kibana'))),
    },
    {
      name: 'a public certificate elsewhere',
      facts: kibanaFacts(
        packaged(file('/etc/kibana/a', '640', 'root', 'kibana'), file('/pki/kibana.crt', '644', 'root')),
      ),
    },
  ],
  fail: [
    { name: 'open to everybody', facts: kibanaFacts(open), says: /1 entry is open.*kibana\.yml/ },
    {
      name: 'the wrong group',
      facts: kibanaFacts(packaged(file('/etc/kibana/kibana.yml', '660', 'root', 'users'))),
      says: /wrong owner, group or mode/,
    },
    {
      name: 'a key elsewhere',
      facts: kibanaFacts({
        ...packaged(
          file('/etc/kibana/a', '640', 'root', 'kibana'),
          file('/pki/kibana.key', '644', 'root', 'root'),
        ),
        settings: ymlOf({ ...safe, 'server.ssl.key': '/pki/kibana.key' }),
      }),
      says: /\/pki\/kibana\.key/,
    },
  ],
  unknown: [
    { name: 'not listed', facts: kibanaFacts({ files: notRead }) },
    { name: 'nobody knows whose', facts: kibanaFacts({ user: notRead }) },
  ],
  error: [{ name: 'broken', facts: failingKibana }],
});

describe('propose', () => {
  it('names only what differs', () => {
    expect(changesOf(control, kibanaFacts(open)).changes).toEqual([
      { kind: 'file-mode', entries: [{ path: '/etc/kibana/kibana.yml', mode: '660' }] },
    ]);
  });

  it('closes a key elsewhere without giving it to somebody', () => {
    const facts = kibanaFacts({
      ...packaged(
        file('/etc/kibana/a', '640', 'root', 'kibana'),
        file('/pki/kibana.key', '644', 'root', 'root'),
      ),
      settings: ymlOf({ ...safe, 'server.ssl.key': '/pki/kibana.key' }),
    });
    expect(changesOf(control, facts).changes).toEqual([
      { kind: 'file-mode', entries: [{ path: '/pki/kibana.key', mode: '640' }] },
    ]);
  });

  it('leaves owners alone while root runs an archive', () => {
    const facts = (mode: string) =>
      kibanaFacts({
        ...archive,
        ...root,
        files: known([
          file('/opt/kibana/config', '750', 'kibana', 'root', 'directory'),
          file('/opt/kibana/config/kibana.yml', mode, 'kibana', 'root'),
        ]),
      });
    expect(changesOf(control, facts('644')).changes).toEqual([
      { kind: 'file-mode', entries: [{ path: '/opt/kibana/config/kibana.yml', mode: '640' }] },
    ]);
    manualOf(control, facts('640'));
  });
});
