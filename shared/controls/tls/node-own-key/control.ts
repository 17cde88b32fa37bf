import type { ClusterFact, ServedCertificate, TopologyNode } from '../../../domain/topology.ts';
import { defineControl, type Evaluation } from '../../define-control.ts';
import {
  counted,
  evidence,
  failed,
  judgeNode,
  listed,
  notApplicable,
  passed,
  type Seen,
  undecided,
} from '../../judging.ts';
import { proposeReissue } from '../../reissue.ts';

export default defineControl({
  words: {
    id: 'node-own-key',
    area: 'tls',
    title: 'The node has a transport key that no other node of its cluster has',
    severity: 'low',
    description:
      'Compares the public keys that the transport ports of all nodes of the cluster serve, as an assessment of each host saw them.',
    risk: 'A key that several nodes share cannot be replaced for one of them alone: whoever takes it from one host stands in for all of them, and every one of them has to be given another.',
    references: [
      { title: 'Set up basic security', publisher: 'Elastic' },
      { title: 'SP 800-57 Part 1: key management', publisher: 'NIST' },
    ],
    fix: 'auto',
    blast: 'reload',
  },
  evaluate: (facts) => judgeNode(facts, ['topology'], (_, seen) => judge(seen.topology)),
  propose: (facts, choices) => proposeReissue(facts, choices, 'node-own-key'),
});

function judge(topology: Seen<ClusterFact>): Evaluation {
  const { self, cluster } = topology.value;
  const own = cluster.nodes.find(({ key }) => key === self);
  const others = cluster.nodes.filter(({ key }) => key !== self);
  const shown = evidence(
    topology,
    `Transport keys of the cluster ${cluster.name}`,
    listed(
      cluster.nodes.map((node) => `${node.name}: ${keyOf(node)?.slice(0, 16) ?? 'not seen'}`),
      12,
    ),
  );
  if (own?.transportSpeech === 'clear')
    return notApplicable('The transport port speaks plain text, so no key is in use.', shown);
  if (own?.running === false)
    return notApplicable('The node does not run, so there is nothing to compare.', shown);
  const key = own && transportOf(own);
  const same = key === undefined ? [] : others.filter((other) => sharesKey(key, transportOf(other)));
  if (same.length > 0)
    return failed(
      `The transport key of ${own?.name ?? 'this node'} is also that of ${listed(same.map(({ name }) => name))}.`,
      shown,
    );
  if (others.length === 0 && cluster.gaps.length === 0)
    return notApplicable('It is the only node of its cluster.', shown);
  if (own === undefined || keyOf(own) === undefined)
    return undecided(
      'The key of the transport port could not be seen. Start Elasticsearch, then assess again.',
      shown,
    );
  const unseen = others.filter((other) => keyOf(other) === undefined);
  if (unseen.length > 0 || cluster.gaps.length > 0)
    return undecided(
      unseen.length > 0
        ? `The transport key of ${listed(unseen.map(({ name }) => name))} was not seen. Add the host to the workspace if it is missing, see that its node runs, and assess it.`
        : `Not every node could be compared: ${cluster.gaps.join(' ')}`,
      shown,
    );
  return passed(
    `No other of the ${counted(cluster.nodes.length, 'node')} of the cluster ${cluster.name} has this key.`,
    shown,
  );
}

function transportOf({ certificates }: TopologyNode): ServedCertificate | undefined {
  return certificates.find(({ layer }) => layer === 'transport');
}

function keyOf(node: TopologyNode): string | undefined {
  return transportOf(node)?.keyHash;
}

/** The same certificate is the same key, also where the key itself was not told. */
function sharesKey(one: ServedCertificate, other: ServedCertificate | undefined): boolean {
  if (other === undefined) return false;
  const sameKey = one.keyHash !== undefined && one.keyHash === other.keyHash;
  return sameKey || one.fingerprint256 === other.fingerprint256;
}
