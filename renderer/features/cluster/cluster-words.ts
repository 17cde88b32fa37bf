/** What the cluster screen says of a cluster and its nodes. */
import type {
  NodeStanding,
  ServedCertificate,
  Speech,
  Topology,
  TopologyCluster,
  TopologyNode,
} from '../../../shared/domain/topology.ts';
import { count, names } from '../../copy/words.ts';

export const speechWords: Readonly<Record<Speech, string>> = {
  clear: 'in clear',
  tls: 'TLS',
  closed: 'closed',
  silent: 'says nothing',
  unknown: 'not known',
};

export const speechTones: Readonly<Record<Speech, string>> = {
  clear: 'critical',
  tls: 'pass',
  closed: 'not-applicable',
  silent: 'medium',
  unknown: 'unknown',
};

export const securityWords: Readonly<Record<TopologyNode['security'], string>> = {
  on: 'Security on',
  off: 'Security off',
  unknown: 'Security not known',
};

export const securityTones: Readonly<Record<TopologyNode['security'], string>> = {
  on: 'pass',
  off: 'critical',
  unknown: 'unknown',
};

export const standingWords: Readonly<Record<NodeStanding, string>> = {
  read: '',
  'host-only': 'Told by its host only',
  'not-in-workspace': 'No host of this workspace',
  'not-read': 'Not read',
};

/** The short answer to "how does the cluster stand?". @param now milliseconds since 1970 */
export function answerOf({ clusters }: Topology, now: number): string {
  const [only, more] = clusters;
  if (only === undefined) return 'No node has been read yet';
  const odd = clusters.filter(({ disagreements }) => disagreements.length > 0);
  const size = count(
    clusters.reduce((sum, { nodes }) => sum + nodes.length, 0),
    'node',
  );
  const what =
    more === undefined ? `One cluster of ${size}` : `${count(clusters.length, 'cluster')}, ${size}`;
  if (odd.length > 0) {
    const about = odd.flatMap(({ disagreements }) => disagreements).length;
    return `${what}, and its nodes disagree in ${about === 1 ? 'one thing' : `${about} things`}`.replace(
      'its nodes',
      more === undefined ? 'its nodes' : 'nodes',
    );
  }
  const nodes = clusters.flatMap((cluster) => cluster.nodes);
  const open = nodes.filter(({ security }) => security === 'off').length;
  if (open > 0) return `${what}, security off on ${open === nodes.length ? 'every one' : open}`;
  if (clusters.some(({ gaps }) => gaps.length > 0)) return `${what}; not everything about it is known`;
  if (nodes.some(({ certificates }) => certificates.some((one) => daysLeft(one, now) < 0)))
    return `${what}, and a certificate has expired`;
  if (nodes.length === clusters.length) return what;
  return `${what}, and they agree with each other`;
}

/** Most telling first; the tiers of data are one. */
export function rolesOf({ roles }: TopologyNode): string {
  if (roles === undefined) return 'Roles not known';
  if (roles.length === 0) return 'coordinating only';
  const data = roles.some((role) => role === 'data' || role.startsWith('data_'));
  const said = [
    ...(roles.includes('master') ? ['master-eligible'] : []),
    ...(roles.includes('voting_only') ? ['voting only'] : []),
    ...(data ? ['data'] : []),
    ...(roles.includes('ingest') ? ['ingest'] : []),
  ];
  return said.length === 0 ? roles.slice(0, 3).join(', ') : said.join(', ');
}

export function dataOf({ holdsData, shards, documents }: TopologyNode): string {
  if (holdsData === 'no') return 'Holds no data';
  if (holdsData === 'unknown') return 'Data not known';
  const parts = [
    ...(shards === undefined ? [] : [count(shards, 'shard')]),
    ...(documents === undefined ? [] : [count(documents, 'document')]),
  ];
  return `Holds ${parts.length === 0 ? 'data' : parts.join(', ')}`;
}

const day = 24 * 60 * 60 * 1000;

/** Whole days until the certificate ends; negative when it has. @param now milliseconds since 1970 */
export function daysLeft({ notAfter }: ServedCertificate, now: number): number {
  return Math.floor((Date.parse(notAfter) - now) / day);
}

export interface CertificateWords {
  readonly text: string;
  readonly tone: string;
}

/** The served certificate of a layer; undefined where none was seen. @param now milliseconds since 1970 */
export function certificateOf(
  { certificates }: TopologyNode,
  layer: ServedCertificate['layer'],
  now: number,
): CertificateWords | undefined {
  const served = certificates.find((one) => one.layer === layer);
  if (served === undefined) return undefined;
  const days = daysLeft(served, now);
  if (days < 0) return { text: 'certificate expired', tone: 'critical' };
  return { text: `${daysWords(days).text} left`, tone: daysWords(days).tone };
}

/** Below 30 days it must be replaced, below 90 somebody should think of it. From three years on nobody counts days. */
export function daysWords(days: number): CertificateWords {
  if (days < 0) return { text: `expired ${count(-days, 'day')} ago`, tone: 'critical' };
  const text = days < 1096 ? count(days, 'day') : count(Math.floor(days / 365.25), 'year');
  return { text, tone: days < 30 ? 'high' : days < 90 ? 'medium' : 'pass' };
}

export function speechOf(node: TopologyNode, layer: ServedCertificate['layer']): Speech {
  return layer === 'http' ? node.httpSpeech : node.transportSpeech;
}

/** The whole picture in one sentence, for those who do not see it. */
export function pictureSentence({ name, nodes }: TopologyCluster): string {
  const master = nodes.find((node) => node.master === true);
  const clear = nodes.filter(({ transportSpeech }) => transportSpeech === 'clear');
  const answering = nodes.filter(({ outside }) => outside.some((port) => port.answersStranger === 'yes'));
  return [
    `${name === '' ? 'A cluster' : `The cluster ${name}`} of ${count(nodes.length, 'node')}.`,
    master === undefined ? 'The elected master is not known.' : `The elected master is ${master.name}.`,
    clear.length === 0
      ? 'No link between nodes is known to be in clear.'
      : `${names(clear.map((node) => node.name))} ${clear.length === 1 ? 'speaks' : 'speak'} to other nodes in clear.`,
    answering.length === 0
      ? 'No node is known to answer a stranger.'
      : `${names(answering.map((node) => node.name))} ${answering.length === 1 ? 'answers' : 'answer'} anybody from outside.`,
    'The table below says the same.',
  ].join(' ');
}
