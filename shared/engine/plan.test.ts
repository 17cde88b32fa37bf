import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { value } from '../../test/support/change-harness.ts';
import { EngineBench } from '../../test/support/engine-harness.ts';
import { testDigest } from '../../test/support/memory-ports.ts';
import type { Change, ChangeOf } from '../domain/change.ts';
import type { EsInstall } from '../domain/elasticsearch.ts';
import { arrangeHost, type PlanRequest, planDigest } from './plan.ts';

const install: EsInstall = {
  layout: 'package',
  version: '8.19.21',
  home: '/usr/share/elasticsearch',
  pathConf: '/etc/elasticsearch',
  pathData: ['/var/lib/elasticsearch'],
  pathLogs: '/var/log/elasticsearch',
  unit: 'elasticsearch.service',
  user: 'elasticsearch',
  group: 'elasticsearch',
  httpPort: 9200,
  transportPort: 9300,
};
const digest = testDigest.sha256('x');
const yaml = (edits: ChangeOf<'yaml-setting'>['edits'], expects = digest): Change => ({
  kind: 'yaml-setting',
  path: '/etc/elasticsearch/elasticsearch.yml',
  edits,
  expects,
});
const mode = (path: string, octal: string): Change => ({
  kind: 'file-mode',
  entries: [{ path, mode: octal }],
});
const restart: Change = { kind: 'service-restart', unit: 'elasticsearch.service', rehearse: false };
const dropin: Change = {
  kind: 'systemd-dropin',
  unit: 'elasticsearch.service',
  name: 'bulwark.conf',
  content: '',
};
const create: Change = {
  kind: 'account',
  user: 'elasticsearch',
  action: { do: 'create-system', group: 'elasticsearch', shell: '/usr/sbin/nologin', home: '/nonexistent' },
};
const lockAccount: Change = {
  kind: 'account',
  user: 'ann',
  action: { do: 'lock', shell: '/usr/sbin/nologin', leaveGroups: [], authorizedKeys: [], sudoersFiles: [] },
};
const firewall = (port: number, from: string[]): ChangeOf<'firewall-ruleset'> => ({
  kind: 'firewall-ruleset',
  backend: 'nftables',
  allow: [{ port, from, label: 'x' }],
  sshPort: 22,
  operatorSources: ['192.0.2.0/24'],
  guardSeconds: 60,
});
const keystore: Change = {
  kind: 'keystore-entry',
  install,
  set: [
    {
      name: 'a.secure_password',
      value: { from: 'yaml-setting', path: '/etc/elasticsearch/elasticsearch.yml', key: 'a' },
    },
  ],
  remove: [],
  ensure: true,
};
const auto: Change = {
  kind: 'es-auto-configuration',
  install,
  elasticPasswordRef: 'p',
  httpCaRef: 'c',
  removeSettings: ['xpack.security.enabled'],
  setAsideData: false,
};
const password: Change = {
  kind: 'es-password',
  install,
  users: [{ name: 'kibana_system', ref: 'k', length: 20 }],
};

function wish(controlId: string, ...changes: Change[]): PlanRequest {
  return { findingId: `h/${controlId}`, hostId: 'h', controlId, changes };
}
const kindsOf = (...requests: PlanRequest[]) =>
  value(arrangeHost(requests)).map(({ change }) =>
    change.kind === 'account' ? change.action.do : change.kind,
  );

describe('arranging a host’s changes', () => {
  it('orders them so that each finds what it needs', () => {
    const all = [
      firewall(9200, ['10.0.0.0/8']),
      lockAccount,
      password,
      restart,
      yaml([{ op: 'remove', key: 'a' }]),
      keystore,
      dropin,
      mode('/etc/x', '0640'),
      create,
    ];
    expect(kindsOf(wish('one', ...all))).toEqual([
      'create-system',
      'file-mode',
      'systemd-dropin',
      'keystore-entry',
      'yaml-setting',
      'service-restart',
      'es-password',
      'lock',
      'firewall-ruleset',
    ]);
  });

  it('merges what belongs together and remembers everybody who asked', () => {
    const arranged = value(
      arrangeHost([
        wish('b', mode('/etc/x', '640'), yaml([{ op: 'set', key: 'k', value: 1 }]), restart),
        wish(
          'a',
          mode('/etc/y', '600'),
          mode('/etc/x', '640'),
          yaml([
            { op: 'set', key: 'k', value: 1 },
            { op: 'remove', key: 'l' },
          ]),
          { ...restart, rehearse: true, install },
        ),
      ]),
    );
    expect(arranged.map(({ change, controls }) => [change.kind, controls])).toEqual([
      ['file-mode', ['b', 'a']],
      ['yaml-setting', ['b', 'a']],
      ['service-restart', ['b', 'a']],
    ]);
    expect(arranged[0]?.change).toMatchObject({ entries: [{ path: '/etc/x' }, { path: '/etc/y' }] });
    expect(arranged[1]?.change).toMatchObject({ edits: [{ key: 'k' }, { key: 'l' }] });
    expect(arranged[2]?.change).toMatchObject({ rehearse: true, install: { version: '8.19.21' } });
  });

  it('restarts once, and not at all where the auto-configuration starts the node anyway', () => {
    expect(kindsOf(wish('a', dropin))).toEqual(['systemd-dropin', 'service-restart']);
    expect(kindsOf(wish('a', dropin, restart), wish('b', restart))).toEqual([
      'systemd-dropin',
      'service-restart',
    ]);
    expect(kindsOf(wish('a', dropin, restart), wish('b', auto))).toEqual([
      'systemd-dropin',
      'es-auto-configuration',
    ]);
  });

  it('puts firewall rules for different ports together', () => {
    const arranged = value(
      arrangeHost([wish('a', firewall(9200, ['10.0.0.0/8'])), wish('b', firewall(9300, ['10.1.0.0/16']))]),
    );
    expect(arranged).toHaveLength(1);
    expect(arranged[0]?.change).toMatchObject({ allow: [{ port: 9200 }, { port: 9300 }] });
  });

  it.each<[string, Change, Change, string]>([
    [
      'settings',
      yaml([{ op: 'set', key: 'k', value: 1 }]),
      yaml([{ op: 'set', key: 'k', value: 2 }]),
      'setting k',
    ],
    [
      'settings planned on different files',
      yaml([{ op: 'remove', key: 'a' }]),
      yaml([{ op: 'remove', key: 'b' }], testDigest.sha256('y')),
      'different versions',
    ],
    ['modes', mode('/etc/x', '0640'), mode('/etc/x', '0600'), '/etc/x'],
    ['drop-ins', dropin, { ...dropin, content: 'other' } as Change, 'bulwark.conf'],
    ['accounts', create, { ...lockAccount, user: 'elasticsearch' } as Change, 'account elasticsearch'],
    ['firewall sources', firewall(9200, ['10.0.0.0/8']), firewall(9200, ['0.0.0.0/0']), 'port 9200'],
    [
      'a file and its settings',
      { kind: 'file-content', path: '/etc/elasticsearch/elasticsearch.yml', content: '', expects: digest },
      yaml([]),
      'elasticsearch.yml',
    ],
    [
      'auto-configuration and settings',
      auto,
      yaml([{ op: 'set', key: 'xpack.security.enabled', value: false }]),
      'xpack.security.enabled',
    ],
    [
      'keystore entries',
      keystore,
      { ...keystore, set: [], remove: ['a.secure_password'] } as Change,
      'a.secure_password',
    ],
  ])('refuses contradicting %s and names both parties', (_name, left, right, about) => {
    const arranged = arrangeHost([wish('left-control', left), wish('right-control', right)]);
    expect(arranged).toMatchObject({ ok: false, error: { code: 'PLAN_CONFLICT', hostState: 'unchanged' } });
    const message = arranged.ok ? '' : arranged.error.message;
    expect(message).toContain('left-control');
    expect(message).toContain('right-control');
    expect(message).toContain(about);
  });
});

describe('planning', () => {
  let bench: EngineBench;
  beforeEach(() => {
    bench = new EngineBench();
    bench.host.place('/etc/a.conf', 'old', 0o666);
  });
  afterEach(() => bench.host.remove());
  const content = (path: string, expects: string): Change => ({
    kind: 'file-content',
    path,
    content: 'new',
    expects,
  });

  it('looks at the host, shows diffs, and has a digest over hosts, changes and order', async () => {
    const plan = value(
      await bench.plan(
        bench.request('c1', content('/etc/a.conf', testDigest.sha256('old')), mode('/etc/a.conf', '0640')),
      ),
    );
    expect(plan.steps.map((step) => [step.id, step.nothingToDo, step.controls])).toEqual([
      ['01-file-mode', false, ['c1']],
      ['02-file-content', false, ['c1']],
    ]);
    expect(plan.steps[1]?.diffs).toEqual([{ subject: '/etc/a.conf', before: 'old', after: 'new' }]);
    expect(plan.digest).toBe(planDigest(plan.steps, testDigest));
    expect(planDigest(plan.steps.toReversed(), testDigest)).not.toBe(plan.digest);
    expect(plan.basis).toEqual([{ hostId: 'local', scanId: 'scan-1', factsDigest: 'facts-1' }]);
  });

  it('leaves out the whole finding when one of its changes cannot be made', async () => {
    const plan = value(
      await bench.plan(
        bench.request('good', mode('/etc/a.conf', '0640')),
        bench.request(
          'bad',
          mode('/etc/a.conf', '0640'),
          content('/etc/a.conf', testDigest.sha256('another')),
        ),
      ),
    );
    expect(plan.steps.map((step) => step.controls)).toEqual([['good']]);
    expect(plan.leftOut).toMatchObject([{ findingId: 'local/bad' }]);
  });

  it('says which control settles a finding that has no change of its own, where that one is planned', async () => {
    const left = { findingId: 'local/locked', reason: 'By hand.', settledBy: 'good' };
    const good = bench.request('good', mode('/etc/a.conf', '0640'));
    const other = bench.request('other', mode('/etc/a.conf', '0640'));
    expect(value(await bench.planLeaving([left], good)).leftOut).toEqual([
      {
        findingId: 'local/locked',
        reason: 'Settled by good, which is part of this plan. Assess again afterwards.',
        settledBy: 'good',
      },
    ]);
    expect(value(await bench.planLeaving([left], other)).leftOut).toEqual([
      { findingId: 'local/locked', reason: 'By hand.' },
    ]);
    const choices = [{ name: 'a', label: 'A', hint: '', type: 'text' as const, suggested: '' }];
    const open = { findingId: 'local/open', reason: 'It needs a choice first: a.', choices };
    expect(value(await bench.planLeaving([open], good)).leftOut).toEqual([open]);
    const elsewhere = { ...left, findingId: 'other-host/locked' };
    expect(value(await bench.planLeaving([elsewhere], good)).leftOut).toEqual([
      { findingId: 'other-host/locked', reason: 'By hand.' },
    ]);
  });

  it('is empty when nothing can be planned, and says why', async () => {
    const plan = await bench.plan(bench.request('bad', content('/etc/a.conf', testDigest.sha256('another'))));
    expect(plan).toMatchObject({ error: { code: 'PLAN_EMPTY' } });
    expect(!plan.ok && plan.error.message).toContain('not what the plan was made on');
  });

  it('finds nothing to do where everything is in place', async () => {
    const plan = value(await bench.plan(bench.request('c', mode('/etc/a.conf', '0666'))));
    expect(plan.steps).toMatchObject([{ nothingToDo: true, blast: 'none', diffs: [] }]);
  });
});
