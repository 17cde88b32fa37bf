import { describe, expect, it } from 'vitest';
import {
  healthyHosts,
  hostNode,
  lacking,
  nodeSettings,
  topologyHost,
  withNode,
} from '../../../test/support/topology.ts';
import { joinTopology, type TopologyHost } from './topology.ts';

const [first, third] = [topologyHost(1), topologyHost(3)];

describe('clusters that a fresh node could join', () => {
  const joiner: TopologyHost = topologyHost(7, {
    node: lacking(hostNode(7, { security: 'off', http: 'clear' }), 'cluster'),
  });

  it('are those that are secured and were read, each by a node that gives out tokens', () => {
    const enrolling = withNode(2, { settings: nodeSettings(2, { enrolls: true }) });
    const joinable = joinTopology([first, enrolling, third, joiner]).clusterOf('host-7')?.joinable;
    expect(joinable).toMatchObject([
      { hostId: 'host-2', clusterName: 'orders', version: '8.19.21', nodes: 3, enrolls: true },
    ]);
    expect(joinable?.[0]?.names).toEqual(expect.arrayContaining(['search-1', 'search-2', '10.1.0.13']));
    expect(joinTopology(healthyHosts).clusterOf('host-1')?.joinable).toBeUndefined();
  });

  it('are none that is open, unread or speaks in clear', () => {
    for (const host of [
      withNode(1, { security: 'off' }),
      withNode(1, { http: 'clear' }),
      withNode(1, { running: false }),
      { ...first, note: 'It was not assessed yet.' },
    ])
      expect(joinTopology([host, joiner]).clusterOf('host-7')?.joinable).toBeUndefined();
  });
});
