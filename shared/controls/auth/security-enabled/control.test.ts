import { describe, expect, it } from 'vitest';
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
import { catalog } from '../../catalog.ts';
import { securedTogether } from '../../securing.ts';
import control from './control.ts';

const stated = (value: string) => ({ 'es-settings': settings(setting('xpack.security.enabled', value)) });

controlTable(control, {
  pass: [
    { name: 'on', facts: factsOf(healthy), says: /asks for credentials/ },
    {
      name: 'on by default',
      facts: factsOf(healthy, { 'es-settings': settings() }),
      says: /default of its version/,
    },
    { name: 'yes means true', facts: factsOf(healthy, stated('yes')) },
  ],
  fail: [
    { name: 'open', facts: factsOf(open), says: /answers everybody/ },
    {
      name: 'open although the settings say on',
      facts: factsOf(open, stated('true')),
      says: /not restarted/,
    },
    { name: 'on, off at the next start', facts: factsOf(healthy, stated('false')), says: /next start/ },
    {
      name: 'anonymous callers have a role',
      facts: factsOf(healthy, { 'node-answers': { ...healthy['node-answers'], anonymous: 'answered' } }),
      says: /anonymous/,
    },
    { name: 'never started', facts: factsOf(neverStarted), says: /do not state/ },
    {
      name: 'stopped, off in the settings',
      facts: factsOf(neverStarted, stated('false')),
      says: /without security/,
    },
  ],
  unknown: [
    { name: 'stopped, on in the settings', facts: factsOf(neverStarted, stated('true')), says: /Start it/ },
    {
      name: 'unclear answer',
      facts: factsOf(healthy, {
        'node-answers': { ...healthy['node-answers'], securityEnabled: undefined, anonymous: 'not-asked' },
      }),
    },
    { name: 'could not ask', facts: without(healthy, 'node-answers') },
  ],
  error: [{ name: 'settings are no YAML', facts: failing(healthy, 'es-settings') }],
});

describe('auto-configuration', () => {
  it('is one and the same change for all five controls', () => {
    const five = catalog.filter((one) => securedTogether.some((id) => id === one.words.id));
    expect(five).toHaveLength(5);
    const proposals = five.map((one) => changesOf(one, factsOf(open)));
    for (const { changes } of proposals) expect(changes).toEqual(proposals[0]?.changes);
    for (const { fixedTogetherWith } of proposals) expect(fixedTogetherWith).toHaveLength(4);
    expect(proposals[0]?.changes).toEqual([
      {
        kind: 'es-auto-configuration',
        install: open['es-install'],
        elasticPasswordRef: 'es/elastic',
        httpCaRef: 'es/http-ca',
        removeSettings: ['xpack.security.enabled'],
        setAsideData: true,
        endEnrollment: true,
      },
      {
        kind: 'es-authority-key',
        install: open['es-install'],
        store: '/opt/elasticsearch/config/certs/http.p12',
        authorityRef: 'es/http-authority',
        madeByPlan: true,
      },
    ]);
  });

  it('leaves enrolment on for whoever is still to come', () => {
    const { changes, steps } = changesOf(control, factsOf(open), { enrollment: 'on' });
    expect(changes[0]).not.toHaveProperty('endEnrollment');
    expect(changes).toHaveLength(1);
    expect(steps.join(' ')).toMatch(/Enrolment, .* stays on/);
  });

  it('runs on a node that was never started, without setting anything aside', () => {
    expect(changesOf(control, factsOf(neverStarted)).changes[0]).toMatchObject({
      removeSettings: [],
      setAsideData: false,
    });
  });

  it('takes out every line that makes Elasticsearch skip it, and no other', () => {
    const list = [
      setting('xpack.security.autoconfiguration.enabled', 'false'),
      setting('xpack.security.http.ssl.enabled', 'false'),
      setting('xpack.security.transport.ssl.verification_mode', 'none'),
      setting('xpack.security.enrollment.enabled', 'true'),
      setting('discovery.seed_hosts', '127.0.0.1'),
      setting('cluster.initial_master_nodes', 'other'),
      setting('node.name', 'n1'),
      setting('http.port', '9200'),
      setting('xpack.security.authc.realms.file.f1.order', '0'),
    ];
    const change = changesOf(control, factsOf(open, { 'es-settings': settings(...list) })).changes[0];
    expect(change).toMatchObject({ removeSettings: list.slice(0, 6).map((one) => one.key) });
    const mine = changesOf(
      control,
      factsOf(open, {
        'es-settings': settings(setting('node.name', 'n1'), setting('cluster.initial_master_nodes', 'n1')),
      }),
    ).changes[0];
    expect(mine).toMatchObject({ removeSettings: [] });
  });

  const answers = open['node-answers'];
  const { unit: _, ...unitless } = install;
  it.each([
    [
      'data, node silent',
      factsOf(open, {
        'node-answers': { ...answers, userIndices: undefined, securityEnabled: undefined },
        'data-directories': [{ path: '/opt/elasticsearch/data', empty: false, indices: 4, freeBytes: 1 }],
      }),
      /holds data.* does not say what it holds/s,
    ],
    [
      'data and a keystore with a password',
      factsOf(open, {
        'node-answers': { ...answers, userIndices: 1 },
        keystore: { ...open.keystore, passwordProtected: true },
      }),
      /protected by a password/,
    ],
    ['a cluster', factsOf(open, { 'node-answers': { ...answers, nodeCount: 3 } }), /one of 3/],
    [
      'a member to be',
      factsOf(neverStarted, {
        'es-settings': settings(setting('discovery.seed_hosts', '10.0.0.1,10.0.0.2')),
      }),
      /member of a cluster/,
    ],
    ['no unit', factsOf(open, { 'es-install': unitless }), /systemd unit/],
    [
      'settings on the command line',
      factsOf(open, {
        'es-process': open['es-process'] && { ...open['es-process'], argumentsShown: ['-Epath.data=/x'] },
      }),
      /command line/,
    ],
    ['a linked yml', factsOf(open, { 'es-settings': { ...settings(), symlink: true } }), /symbolic link/],
    [
      'a setting given twice',
      factsOf(open, { 'es-settings': { ...settings(), duplicates: ['xpack.security.enabled'] } }),
      /more than once/,
    ],
    [
      'certificates from before',
      factsOf(open, {
        'es-settings': settings(setting('xpack.security.http.ssl.keystore.path', 'certs/theirs.p12')),
      }),
      /set up on this node before/,
    ],
  ])('says why not with %s', (_name, facts, reason) => {
    const proposal = manualOf(control, facts);
    expect(proposal.reason).toMatch(reason);
    expect(proposal.steps.length).toBeGreaterThan(0);
  });

  it('is not for nodes that already ask for passwords', () => {
    expect(manualOf(control, factsOf(healthy, stated('false'))).reason).toMatch(/disagree/);
  });
});
