import { describe, expect, it } from 'vitest';
import { value } from '../../../test/support/change-harness.ts';
import type { Change, ChangeOf } from '../../domain/change.ts';
import { mergeWishes } from './merge.ts';
import { orderWishes } from './order.ts';

const install: ChangeOf<'es-api-setting'>['install'] = {
  layout: 'package',
  version: '8.19.21',
  home: '/usr/share/elasticsearch',
  pathConf: '/etc/elasticsearch',
  pathData: ['/var/lib/elasticsearch'],
  pathLogs: '/var/log/elasticsearch',
  user: 'elasticsearch',
  group: 'elasticsearch',
  httpPort: 9200,
  transportPort: 9300,
};
const api = (key: string, wanted: string): Change => ({
  kind: 'es-api-setting',
  install,
  settings: [{ key, value: wanted }],
});
const expects = 'a'.repeat(64);
const kibana = (more: Partial<ChangeOf<'kibana-setting'>> = {}): ChangeOf<'kibana-setting'> => ({
  kind: 'kibana-setting',
  pathConf: '/etc/kibana',
  edits: [],
  expects,
  keystore: { set: [], remove: [] },
  ...more,
});
const own = { owner: 'root', group: 'elasticsearch' };
const certificate = (path: string): Change => ({
  kind: 'certificate-install',
  use: 'http',
  files: {
    form: 'pem',
    key: { path, ...own, mode: '0640' },
    certificate: { path: '/etc/elasticsearch/certs/http.crt', ...own, mode: '0644' },
  },
  key: { from: 'vault', ref: 'k' },
  certificatePem: '-----BEGIN CERTIFICATE-----',
  caPem: '-----BEGIN CERTIFICATE-----',
  names: ['a'],
});
const merge = (...changes: Change[]) =>
  mergeWishes(
    changes.map((change, index) => ({
      findingId: `h/${index}`,
      hostId: 'h',
      controlId: `c${index}`,
      changes: [change],
    })),
  );
const kinds = (...changes: Change[]) =>
  orderWishes(value(merge(...changes))).map(({ change }) => change.kind);
const conflict = { ok: false, error: { code: 'PLAN_CONFLICT' } };

describe('settings of running services in a plan', () => {
  it('go together where they agree', () => {
    expect(value(merge(api('a.b', 'x'), api('a.c', 'y'), api('a.b', 'x')))).toMatchObject([
      { change: { settings: [{ key: 'a.b' }, { key: 'a.c' }] }, controls: ['c0', 'c1', 'c2'] },
    ]);
    const set = { set: [{ name: 'a', value: { from: 'vault' as const, ref: 'r' } }], remove: [] };
    const edits = [{ op: 'set' as const, key: 'x', value: 1 }];
    const merged = value(merge(kibana({ keystore: set }), kibana({ edits, unit: 'kibana.service' })));
    expect(merged).toMatchObject([{ change: { edits, keystore: set, unit: 'kibana.service' } }]);
    expect(merge(api('a.b', 'x'), api('a.b', 'y'))).toMatchObject(conflict);
    expect(merge(kibana({ keystore: set }), kibana({ keystore: { set: [], remove: ['a'] } }))).toMatchObject(
      conflict,
    );
    expect(merge(kibana(), kibana({ expects: 'b'.repeat(64) }))).toMatchObject(conflict);
  });

  it('never share a file with another change', () => {
    const yaml: Change = { kind: 'yaml-setting', path: '/etc/kibana/kibana.yml', edits: [], expects };
    for (const others of [
      [kibana(), yaml],
      [yaml, kibana()],
      [certificate('/etc/elasticsearch/certs/a.key'), certificate('/etc/elasticsearch/certs/b.key')],
    ])
      expect(merge(...others)).toMatchObject(conflict);
  });

  it('come in an order in which each finds what it needs, with the restart that Kibana needs', () => {
    const restart: Change = { kind: 'service-restart', unit: 'elasticsearch.service', rehearse: true };
    expect(
      kinds(
        api('a.b', 'x'),
        kibana({ unit: 'kibana.service' }),
        restart,
        certificate('/etc/elasticsearch/certs/a.key'),
      ),
    ).toEqual([
      'certificate-install',
      'kibana-setting',
      'service-restart',
      'service-restart',
      'es-api-setting',
    ]);
    expect(kinds(kibana())).toEqual(['kibana-setting']);
  });
});
