import { expect, it } from 'vitest';
import { clusterFact, type FactNode, install } from '../../../test/support/rolling-facts.ts';
import { clusterMember, inRollingOrder, withMember, withTurns } from './rolling.ts';

const three: FactNode[] = [
  { name: 'one', role: 'elected-master' },
  { name: 'two', role: 'master-eligible' },
  { name: 'three', role: 'not-master' },
];
const memberIn = (nodes: readonly FactNode[], uuid: string | undefined, hostId: string) => {
  const { of, installOf } = clusterFact(nodes, uuid);
  return clusterMember(of(hostId), installOf);
};

it('a node is one of a cluster when others tell that they are in it too', () => {
  const member = memberIn(three, 'u', 'two');
  expect(member).toMatchObject({ install, rolling: { clusterUuid: 'u', nodes: 3, role: 'master-eligible' } });
  expect(member?.rolling.peers.map(({ hostId }) => hostId)).toEqual(['one', 'three']);
  expect(memberIn(three.slice(0, 1), 'u', 'one')).toBeUndefined();
  expect(memberIn(three, undefined, 'two')).toBeUndefined();
});

it('a node that only its host knows does not count, one that is on no host does and cannot be asked', () => {
  const [one, two] = [three[0] ?? never(), three[1] ?? never()];
  const away = memberIn([one, { ...two, standing: 'host-only' }], 'u', 'one');
  expect(away).toBeUndefined();
  const strange = memberIn([one, { ...two, standing: 'not-in-workspace' }], 'u', 'one');
  expect(strange?.rolling).toMatchObject({ nodes: 2, peers: [] });
});

it('hosts of one cluster go together, in their order, where the first of them stood', () => {
  const first = clusterFact(three, 'u');
  const second = clusterFact(
    [
      { name: 'four', role: 'elected-master' },
      { name: 'five', role: 'not-master' },
    ],
    'w',
  );
  const memberOf = (hostId: string) =>
    ['one', 'two', 'three'].includes(hostId)
      ? clusterMember(first.of(hostId), first.installOf)
      : ['four', 'five'].includes(hostId)
        ? clusterMember(second.of(hostId), second.installOf)
        : undefined;
  expect(inRollingOrder(['one', 'x', 'four', 'two', 'five', 'three', 'y'], memberOf)).toEqual([
    'three',
    'two',
    'one',
    'x',
    'five',
    'four',
    'y',
  ]);
});

it('only a restart of the node itself is one of a cluster, and is rehearsed', () => {
  const member = memberIn(three, 'u', 'one');
  const wanted = (unit: string) => ({
    change: { kind: 'service-restart' as const, unit, rehearse: false },
    controls: ['swap-safe'],
    findings: ['one/swap-safe'],
  });
  expect(withMember(wanted('kibana.service'), member).change).toEqual(wanted('kibana.service').change);
  const changed = withMember(wanted('elasticsearch.service'), member);
  expect(changed.change).toMatchObject({ install, rehearse: true, rolling: { nodes: 3 } });
  const [, first, , second] = withTurns([wanted('x.service'), changed, wanted('y.service'), { ...changed }]);
  expect(first?.change).toMatchObject({ rolling: { turn: 1, turns: 2 } });
  expect(second?.change).toMatchObject({ rolling: { turn: 2, turns: 2 } });
});

function never(): never {
  throw new Error('no node');
}
