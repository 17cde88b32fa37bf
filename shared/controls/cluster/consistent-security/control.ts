import type { Facts } from '../../../domain/facts.ts';
import type { ClusterFact, Disagreement, Speech, TopologyNode } from '../../../domain/topology.ts';
import { defineControl, type Evaluation, type Proposal } from '../../define-control.ts';
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
import { factsMissing, manual } from '../../proposing.ts';

const steps: Readonly<Record<Disagreement['about'], string>> = {
  security: 'Switch security on for the nodes that have it off; until then nodes with it on refuse them.',
  'transport-tls':
    'Give every node transport TLS with certificates of one authority, and restart all of them.',
  'http-tls': 'Give every node HTTP TLS, one node after the other.',
  cluster:
    'Compare discovery.seed_hosts, cluster.name and the transport ports of these nodes. A node that founded a cluster of its own must start with an empty data directory to join: save its data first.',
  'cluster-name': 'Set the same cluster.name on every node, and restart those that differ.',
  master: 'Look for a network that is cut between these nodes before anything is changed.',
  version: 'Finish the upgrade: bring every node to the same version, one after the other.',
  'seed-hosts':
    'Write the same discovery.seed_hosts into the settings of every node; no restart is needed now.',
};

export default defineControl({
  words: {
    id: 'consistent-security',
    area: 'cluster',
    title: 'The node agrees with the other nodes of its cluster',
    severity: 'high',
    description:
      'Compares what every node of the cluster answers and what the files of every host in this workspace say: security, TLS on both ports, cluster, master, version and seed hosts. The odd nodes are named.',
    risk: 'A cluster is as open as its most open node, and a node that differs may come back as a stranger after its next restart.',
    references: [
      { title: 'Security settings in Elasticsearch', publisher: 'Elastic' },
      { title: 'Discovery and cluster formation settings', publisher: 'Elastic' },
    ],
    fix: 'manual',
    blast: 'rolling',
  },
  evaluate(facts) {
    const { topology } = facts;
    // The comparison needs nothing else: it is made again when another host was read.
    if (topology?.status === 'known') return judge(topology);
    return judgeNode(facts, ['topology'], (_, seen) => judge(seen.topology));
  },
  propose(facts): Proposal {
    const found = oddities(facts);
    if (found.length === 0) return factsMissing;
    const subjects = [...new Set(found.map(({ about }) => about))];
    return manual(
      'Which of the nodes is right is a decision that Bulwark does not take.',
      ...subjects.map((about) => steps[about]),
    );
  },
});

function judge(topology: Seen<ClusterFact>): Evaluation {
  const { self, cluster } = topology.value;
  const { nodes, disagreements, gaps } = cluster;
  const seen = evidence(topology, `The cluster ${cluster.name}`, standing(nodes));
  const [first, ...more] = disagreements.filter(({ odd }) => odd.includes(self));
  if (first) {
    const others = [...more.map((one) => evidence(topology, 'Also', one.sentence)), seen];
    return failed(
      `The nodes disagree: ${first.sentence}`,
      evidence(topology, 'Disagreement', first.sentence),
      ...others,
    );
  }
  const own = nodes.find(({ key }) => key === self);
  if (own?.running === false)
    return notApplicable('The node does not run, so there is nothing to compare.', seen);
  if (gaps.length > 0) return undecided(`Not every node could be compared: ${gaps.join(' ')}`, seen);
  const mute = nodes.filter(({ security }) => security === 'unknown');
  if (mute.length > 0)
    return undecided(
      `Whether security is on could not be told for ${listed(mute.map(({ name }) => name))}. Assess again when every node answers.`,
      seen,
    );
  if (nodes.length === 1) return notApplicable('It is the only node of its cluster.', seen);
  const unheard = nodes.flatMap((node) => {
    const layers = layersNotHeard(node);
    return layers.length === 0 ? [] : [`${layers.join(' and ')} of ${node.name}`];
  });
  if (unheard.length > 0)
    return undecided(
      `Whether TLS is spoken could not be told for ${listed(unheard)}. Assess again when every node answers.`,
      seen,
    );
  const odd = disagreements.map((one) => evidence(topology, 'Elsewhere', one.sentence));
  const rest = odd.length > 0 ? 'Others differ, and this node is not among the odd ones.' : '';
  return passed(
    [`${counted(nodes.length, 'node')} of the cluster ${cluster.name} were compared.`, rest].join(' ').trim(),
    seen,
    ...odd,
  );
}

/** Ports of a node that runs and was read, of which nobody knows what they speak. */
function layersNotHeard({ running, transportSpeech, httpSpeech }: TopologyNode): readonly string[] {
  if (running === false) return [];
  const notHeard = (speech: Speech) => speech === 'unknown' || speech === 'silent';
  return [...(notHeard(transportSpeech) ? ['transport'] : []), ...(notHeard(httpSpeech) ? ['HTTP'] : [])];
}

function standing(nodes: readonly TopologyNode[]): string {
  const lines = nodes.map(
    ({ name, version, security, transportSpeech, httpSpeech, master }) =>
      `${name}${master === true ? ' (master)' : ''}: ${version ?? 'version not known'}, security ${security}, transport ${transportSpeech}, HTTP ${httpSpeech}`,
  );
  return listed(lines, 12);
}

function oddities(facts: Facts): readonly Disagreement[] {
  if (facts.topology?.status !== 'known') return [];
  const { self, cluster } = facts.topology.value;
  return cluster.disagreements.filter(({ odd }) => odd.includes(self));
}
