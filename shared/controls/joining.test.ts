import { describe, expect, it } from 'vitest';
import { changesOf, manualOf } from '../../test/support/control-table.ts';
import { factsOf, healthy, install, open, setting, settings } from '../../test/support/facts.ts';
import type { YamlSettingFact } from '../domain/facts.ts';
import type { JoinableCluster } from '../domain/topology.ts';
import control from './auth/security-enabled/control.ts';
import { catalog } from './catalog.ts';
import { securedTogether } from './securing.ts';

const cluster: JoinableCluster = {
  hostId: 'host-1',
  hostName: 'search-1',
  clusterName: 'orders',
  version: install.version,
  nodes: 1,
  enrolls: true,
  names: ['search-1', '10.1.0.11', 'node-1'],
};

function fresh(list: readonly YamlSettingFact[], ...joinable: readonly JoinableCluster[]) {
  return factsOf(open, {
    'es-settings': settings(setting('xpack.security.enabled', 'false'), ...list),
    topology: { ...healthy.topology, joinable },
  });
}

const joinOf = (facts: ReturnType<typeof fresh>, choices = {}) => {
  const proposal = control.propose(facts, choices);
  const asked = proposal.type === 'manual' ? [] : (proposal.choices ?? []);
  return { proposal, choice: asked.find(({ name }) => name === 'joinClusterOf') };
};

describe('a fresh node beside a secured cluster', () => {
  it('is asked about, and stays on its own without a word', () => {
    const { proposal, choice } = joinOf(fresh([], cluster));
    expect(choice).toMatchObject({ suggested: '-' });
    expect(choice?.options?.map(({ value, unusable }) => [value, unusable])).toEqual([
      ['-', ''],
      ['search-1', ''],
    ]);
    expect(proposal).toMatchObject({ type: 'changes', changes: [{ kind: 'es-auto-configuration' }, {}] });
  });

  it('joins it by one and the same changes for all five controls, and keeps no authority’s key', () => {
    const facts = fresh([setting('discovery.type', 'single-node')], cluster);
    const five = catalog.filter((one) => securedTogether.some((id) => id === one.words.id));
    const proposals = five.map((one) => changesOf(one, facts, { joinClusterOf: 'search-1' }));
    for (const { changes } of proposals) expect(changes).toEqual(proposals[0]?.changes);
    expect(proposals[0]?.changes).toMatchObject([
      {
        kind: 'es-enrollment',
        issuer: { hostId: 'search-1', port: 9200 },
        removeSettings: ['xpack.security.enabled', 'discovery.type'],
        setAsideData: true,
        endEnrollment: true,
      },
      { kind: 'es-authority-key', madeByPlan: true },
    ]);
    expect(proposals[0]?.steps.join(' ')).toMatch(/before anything else/);
  });

  it.each([
    ['a seed host', [setting('discovery.seed_hosts', 'SEARCH-1:9300')]],
    ['the name of the cluster', [setting('cluster.name', 'orders')]],
  ])('is meant to join by %s', (_name, list) => {
    const { proposal, choice } = joinOf(fresh(list, cluster));
    expect(choice?.suggested).toBe('search-1');
    expect(proposal).toMatchObject({ changes: [{ kind: 'es-enrollment' }, {}] });
  });

  it('is asked which one where its settings only say that it is a member', () => {
    const list = [setting('discovery.seed_hosts', '10.9.9.9')];
    const { proposal, choice } = joinOf(fresh(list, cluster));
    expect(proposal.type).toBe('choices');
    expect(choice?.options).toHaveLength(1);
    expect(joinOf(fresh(list, cluster), { joinClusterOf: 'search-1' }).proposal).toMatchObject({
      changes: [{ removeSettings: ['xpack.security.enabled', 'discovery.seed_hosts'] }, {}],
    });
    expect(manualOf(control, fresh(list)).reason).toMatch(/as a whole/);
  });

  it.each([
    ['gives out no tokens', { enrolls: false }, /enrollment.enabled: true/],
    ['runs another version', { version: '9.4.3' }, /same version/],
  ])('does not join by itself where the other one %s', (_name, other, why) => {
    const { proposal, choice } = joinOf(fresh([setting('cluster.name', 'orders')], { ...cluster, ...other }));
    expect(choice?.suggested).toBe('-');
    expect(choice?.options?.[1]?.unusable).toMatch(why);
    expect(proposal).toMatchObject({ changes: [{ kind: 'es-auto-configuration' }, {}] });
  });
});

it('listens for nodes of other hosts where they are to follow', () => {
  const facts = fresh([
    setting('discovery.type', 'single-node'),
    setting('discovery.seed_hosts', '10.1.0.9'),
  ]);
  expect(changesOf(control, facts, { enrollment: 'nodes' }).changes).toMatchObject([
    {
      listensForNodes: true,
      removeSettings: ['xpack.security.enabled', 'discovery.seed_hosts', 'discovery.type'],
    },
  ]);
  expect(changesOf(control, facts, { enrollment: 'on' }).changes[0]).not.toHaveProperty('listensForNodes');
});
