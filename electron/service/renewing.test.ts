import { expect, it } from 'vitest';
import type { Topology } from '../../shared/domain/topology.ts';
import { clusterSecured } from '../../test/e2e/fake-main/states/clusters.ts';
import { masterLast } from './renewing.ts';

const topology: Topology | undefined = clusterSecured.topology;
const nodes = topology?.clusters[0]?.nodes ?? [];
const all = nodes.flatMap(({ hostId }) => hostId ?? []);
const master = nodes.find((node) => node.master === true)?.hostId ?? '';

it('takes the elected master last, each host once', () => {
  expect(all).toContain(master);
  const others = all.filter((hostId) => hostId !== master);
  expect(masterLast([master, ...others, master], topology)).toEqual([...others, master]);
});

it('keeps the order where no cluster is known', () =>
  expect(masterLast(['b', 'a', 'b'], undefined)).toEqual(['b', 'a']));
