import { expect, it } from 'vitest';
import { clusterMany, clusterSecured } from '../../test/e2e/fake-main/states/clusters.ts';
import { value } from '../../test/support/change-harness.ts';
import { wholeClusterOf } from './replacing-authority.ts';

const { topology } = clusterSecured;
const nodes = topology?.clusters[0]?.nodes ?? [];
const all = nodes.flatMap(({ hostId }) => hostId ?? []);

it('takes the whole cluster of one of its hosts, the elected master last', () => {
  const hosts = value(wholeClusterOf(topology, all.slice(0, 1)));
  expect([...hosts].toSorted()).toEqual([...all].toSorted());
  expect(nodes.find(({ master }) => master === true)?.hostId).toBe(hosts.at(-1));
});

it('is refused where a node of the cluster could not be read, or no cluster was seen', () => {
  const [cluster] = topology?.clusters ?? [];
  const lost = cluster && {
    others: [],
    clusters: [
      {
        ...cluster,
        nodes: nodes.map((node, at) => (at === 0 ? { ...node, standing: 'not-read' as const } : node)),
      },
    ],
  };
  for (const seen of [lost, undefined])
    expect(wholeClusterOf(seen, all)).toMatchObject({
      error: { code: 'PRECONDITION_FAILED', hostState: 'unchanged' },
    });
});

it('is refused for hosts of several clusters', () => {
  const many = clusterMany.topology;
  const hosts = (many?.clusters ?? []).flatMap(({ nodes: theirs }) =>
    theirs.flatMap(({ hostId }) => hostId ?? []),
  );
  const twice = many && { ...many, clusters: [...many.clusters, ...(topology?.clusters ?? [])] };
  expect(wholeClusterOf(twice, [...hosts, ...all])).toMatchObject({
    error: { message: expect.stringContaining('several clusters') as string },
  });
});
