/** A fresh node that belongs to a secured cluster of the workspace: it joins by enrolment instead of becoming one of its own. */
import type { Change } from '../domain/change.ts';
import type { EsInstall } from '../domain/elasticsearch.ts';
import { knownValue } from '../domain/fact.ts';
import type { Facts, YamlSettingFact } from '../domain/facts.ts';
import type { Choice, Option } from '../domain/finding.ts';
import type { JoinableCluster } from '../domain/topology.ts';
import type { Choices, Proposal } from './define-control.ts';
import { setUpStore, takeAuthorityKey } from './enrolling.ts';
import { elasticPasswordRef, httpCaRef } from './own-certificates.ts';

/** The answer that makes it a cluster of its own; none of a host's name can be this. */
const alone = '-';
const name = 'joinClusterOf';

/** What ties a node to itself or to hosts of its own choice; enrolment writes its own. */
const ties = ['discovery.type', 'discovery.seed_hosts', 'cluster.initial_master_nodes'];

export function joinableClusters(facts: Facts): readonly JoinableCluster[] {
  return knownValue(facts.topology)?.joinable ?? [];
}

/** Its settings mean a node of that cluster, by seed host or by the name of a cluster that somebody gave. */
function meant(settings: readonly YamlSettingFact[], cluster: JoinableCluster): boolean {
  const values = (key: string) => settings.find((one) => one.key === key)?.values ?? [];
  const host = (seed: string) =>
    seed
      .toLowerCase()
      .replace(/:\d+$/, '')
      .replace(/^\[|\]$/g, '');
  const [clusterName] = values('cluster.name');
  return (
    values('discovery.seed_hosts').some((seed) => cluster.names.includes(host(seed))) ||
    (clusterName !== undefined && clusterName !== 'elasticsearch' && clusterName === cluster.clusterName)
  );
}

function offered(cluster: JoinableCluster, install: EsInstall): Option {
  const { hostName, version, nodes, enrolls } = cluster;
  return {
    value: hostName,
    label: `Join ${cluster.clusterName || 'the cluster'}`,
    detail: `enrolled at ${hostName}, Elasticsearch ${version}, ${nodes === 1 ? 'one node' : `${nodes} nodes`} now`,
    unusable:
      version !== install.version
        ? `It runs Elasticsearch ${version} and this node ${install.version}; bring both to the same version first.`
        : enrolls
          ? ''
          : `${hostName} gives out no enrolment tokens. Set xpack.security.enrollment.enabled: true in its elasticsearch.yml, restart it and assess it again.`,
  };
}

/** Undefined: there is no cluster that it could join. @param own whether it may also become a cluster of its own */
export function joinChoice(facts: Facts, install: EsInstall, own: boolean): Choice | undefined {
  const clusters = joinableClusters(facts);
  if (clusters.length === 0) return undefined;
  const settings = knownValue(facts['es-settings'])?.settings ?? [];
  const options = clusters.map((cluster) => offered(cluster, install));
  const found = clusters.findIndex((cluster) => meant(settings, cluster));
  const usable = options[found]?.unusable === '' ? options[found]?.value : undefined;
  return {
    name,
    label: 'What the node becomes',
    hint: 'A node without data can become a cluster of its own, or a member of one that is secured already: that one then makes a token for this one use.',
    type: 'one-of',
    suggested: usable ?? (own ? alone : ''),
    options: [
      ...(own
        ? [
            {
              value: alone,
              label: 'A cluster of its own',
              detail: 'with its own users and passwords',
              unusable: '',
            },
          ]
        : []),
      ...options,
    ],
  };
}

/** The host whose cluster is joined, as it was named; undefined: it becomes a cluster of its own. */
export function chosenToJoin(choices: Choices, choice: Choice | undefined): string | undefined {
  const given = choices[name]?.trim() ?? '';
  const wanted = given === '' ? (choice?.suggested ?? '') : given;
  return wanted === '' || wanted === alone ? undefined : wanted;
}

interface Fresh {
  readonly install: EsInstall;
  readonly removeSettings: readonly string[];
  readonly setAsideData: boolean;
  readonly fixedTogetherWith: readonly string[];
}

/** @param host as the operator named it; the plan finds it in the workspace */
export function proposeJoining(
  facts: Facts,
  fresh: Fresh,
  host: string,
  choice: Choice | undefined,
): Proposal {
  const settings = knownValue(facts['es-settings'])?.settings ?? [];
  const tied = settings.map(({ key }) => key).filter((key) => ties.includes(key));
  const { install, setAsideData, fixedTogetherWith } = fresh;
  const change: Change = {
    kind: 'es-enrollment',
    install,
    issuer: { hostId: host, address: host, port: 9200, elasticPasswordRef, httpCaRef },
    elasticPasswordRef,
    httpCaRef,
    removeSettings: [...new Set([...fresh.removeSettings, ...tied])],
    setAsideData,
    endEnrollment: true,
  };
  return {
    type: 'changes',
    changes: [change, takeAuthorityKey(install, `${install.pathConf}/${setUpStore}`, true)],
    ...(choice === undefined ? {} : { choices: [choice] }),
    steps: joiningSteps(host, setAsideData),
    disturbs:
      'The node restarts: it is away for one to three minutes. Afterwards it is a member: users, passwords and certificate authority are those of the cluster, which may move shards here at once.',
    undo: 'Undo moves the shards of this node to the others first (and refuses where they have no other place), then brings back settings, keystore and data directory of before. The node is then open to everybody again.',
    fixedTogetherWith,
  };
}

function joiningSteps(host: string, setAsideData: boolean): string[] {
  return [
    `Bulwark will look from this host, before anything else, whether the cluster of ${host} can be reached at all its ports for nodes, is healthy, runs the same version, and shows the certificate authority that your vault knows.`,
    'Bulwark will let the secured node make an enrolment token for this one use, and take it back afterwards.',
    'Bulwark will run Elasticsearch’s own set-up with it in a copy of the configuration, start the copy once beside the running node, and let the host switch.',
    ...(setAsideData
      ? ['Its data directory holds no index of yours; it is moved aside, kept, and named in the report.']
      : []),
    'Bulwark will wait until the cluster lists the node; otherwise the old configuration comes back.',
    'Bulwark will take the authority’s private key, which the token brings along, off this node into your vault, and leave enrolment off here: the other node goes on giving out tokens until you end that there.',
  ];
}
