import { expect, it } from 'vitest';
import { controlTable, manualOf } from '../../../../test/support/control-table.ts';
import { factsOf, failing, healthy, without } from '../../../../test/support/facts.ts';
import { healthyHosts, withNode } from '../../../../test/support/topology.ts';
import type { NodeAnswers } from '../../../domain/facts.ts';
import { joinTopology, type TopologyHost } from '../../../engine/topology/topology.ts';
import control from './control.ts';

function seen(answers: Partial<NodeAnswers>, hosts: readonly TopologyHost[] = healthyHosts) {
  const topology = joinTopology(hosts).clusterOf('host-1');
  if (!topology) throw new Error('search-1 is in no cluster');
  return factsOf(healthy, { 'node-answers': { ...healthy['node-answers'], ...answers }, topology });
}

const off = { securityEnabled: false };
const third = (security: 'on' | 'off' | 'unknown') => [
  ...healthyHosts.slice(0, 2),
  withNode(3, {
    security,
    ...(security === 'unknown' ? { cluster: undefined } : {}),
  }),
];
const opened = seen({ ...off, securityIndices: 1 });

controlTable(control, {
  pass: [
    { name: 'on everywhere', facts: seen({ securityIndices: 1 }), says: /on every node/ },
    { name: 'off, and nothing to read', facts: seen({ ...off, securityIndices: 0 }), says: /no index/ },
  ],
  fail: [
    { name: 'off', facts: opened, says: /off on this node.*1 index of users/ },
    {
      name: 'off on another node',
      facts: seen({ securityIndices: 2 }, third('off')),
      says: /off on node-3.*2 indices/,
    },
  ],
  unknown: [
    { name: 'off, and nobody told the indices', facts: seen({ ...off, securityIndices: undefined }) },
    { name: 'stopped', facts: seen({ securityEnabled: undefined, http: 'closed' }), says: /Start it/ },
    { name: 'mute', facts: seen({ securityEnabled: undefined }), says: /did not tell/ },
    { name: 'not joined', facts: without(healthy, 'topology') },
  ],
  error: [{ name: 'broken', facts: failing(healthy, 'node-answers') }],
});

it('is settled by switching security on, and says what to do after', () => {
  expect(manualOf(control, opened)).toMatchObject({ settledBy: 'security-enabled' });
  expect(manualOf(control, opened).steps.join(' ')).toMatch(/API keys/);
});
