import { expect, it } from 'vitest';
import { install } from '../../test/support/rolling-facts.ts';
import type { Rolling } from './changes/system.ts';
import type { Step } from './plan.ts';
import { rollingSentences } from './rolling-order.ts';

function restart(hostId: string, role: Rolling['role'], nothingToDo = false, clusterUuid = 'u'): Step {
  const rolling = { clusterUuid, nodes: 3, role, turn: 1, turns: 3, peers: [] };
  const unit = 'elasticsearch.service';
  return {
    id: hostId,
    hostId,
    change: { kind: 'service-restart', unit, install, rehearse: true, rolling },
    controls: [],
    title: '',
    words: [],
    diffs: [],
    blast: 'rolling',
    outageSeconds: 60,
    guarded: false,
    nothingToDo,
  };
}

it('names the nodes of each cluster in their order', () => {
  const steps = [
    restart('b', 'not-master'),
    restart('x', 'not-master', false, 'w'),
    restart('a', 'elected-master'),
  ];
  expect(rollingSentences(steps, (hostId) => hostId.toUpperCase())).toEqual([
    'Elasticsearch restarts node by node: B, then A (the elected master). No node is stopped before the one before it is back and the cluster is as healthy as before.',
  ]);
});

it('says nothing of one node', () => {
  expect(rollingSentences([restart('a', 'elected-master')], String)).toEqual([]);
  expect(
    rollingSentences([restart('a', 'elected-master'), restart('b', 'not-master', true)], String),
  ).toEqual([]);
});
