/** What one host's facts add to the picture of its cluster. */

import type { EsInstall } from '../../domain/elasticsearch.ts';
import { knownValue } from '../../domain/fact.ts';
import type { EsSettings, Facts, NodeAnswers } from '../../domain/facts.ts';
import { type HostNode, hostNodeSchema, type ServedCertificate } from '../../domain/topology.ts';
import { isOn } from '../../text/yaml-settings.ts';
import type { TlsPeer } from '../ports.ts';

/**
 * `null`: looked, and there is no node on this host; `undefined`: that could not be told.
 * @param peers what the ports served when they were looked at from outside
 */
export function hostNodeOf(
  facts: Facts,
  peers: readonly { readonly port: number; readonly peer: TlsPeer }[] = [],
): HostNode | null | undefined {
  const install = knownValue(facts['es-install']);
  if (!install) return install;
  const system = knownValue(facts['host-system']);
  const process = knownValue(facts['es-process']);
  const answers = knownValue(facts['node-answers']);
  const settings = knownValue(facts['es-settings']);
  const data = knownValue(facts['data-directories']);
  const hostname = system?.hostname ?? '';
  const node = hostNodeSchema.safeParse({
    hostname,
    addresses: [...(system?.addresses ?? [])].slice(0, 200),
    version: answers?.version ?? install.version,
    httpPort: install.httpPort,
    transportPort: install.transportPort,
    ...(process === undefined ? {} : { running: process !== null }),
    ...(process ? { pid: process.pid } : {}),
    http: answers?.http ?? 'unknown',
    transport: answers?.transport ?? 'unknown',
    security: answers?.securityEnabled === undefined ? 'unknown' : answers.securityEnabled ? 'on' : 'off',
    ...(settings ? { settings: settingsOf(settings, hostname) } : {}),
    ...(data ? { dataOnDisk: data.some((directory) => !directory.empty) } : {}),
    ...(answers?.cluster ? { cluster: answers.cluster } : {}),
    certificates: servedCertificates(install, answers, peers),
  });
  // What a host says of itself may have any shape; a picture that cannot be kept is none.
  return node.success ? node.data : undefined;
}

function settingsOf({ settings }: EsSettings, hostname: string): NonNullable<HostNode['settings']> {
  const last = (key: string) => settings.findLast((setting) => setting.key === key);
  const list = (key: string) => (last(key)?.values ?? []).slice(0, 100).map(short);
  // Packages and images name the node after its host in this way.
  const one = (key: string) => last(key)?.value.replaceAll('${HOSTNAME}', hostname);
  const nodeName = one('node.name') ?? hostname;
  const clusterName = one('cluster.name') ?? 'elasticsearch';
  const roles = last('node.roles')?.values;
  return {
    ...(nodeName === '' ? {} : { nodeName: short(nodeName) }),
    clusterName: short(clusterName),
    seedHosts: list('discovery.seed_hosts'),
    initialMasters: list('cluster.initial_master_nodes'),
    ...(roles === undefined ? {} : { roles: roles.slice(0, 32).map((role) => role.slice(0, 64)) }),
    singleNode: one('discovery.type') === 'single-node',
    ...(isOn(one('xpack.security.enrollment.enabled')) ? { enrolls: true } : {}),
  };
}

function short(text: string): string {
  return text.slice(0, 255);
}

/** As the host itself was shown them; from outside where it was not. */
function servedCertificates(
  install: EsInstall,
  answers: NodeAnswers | undefined,
  peers: readonly { readonly port: number; readonly peer: TlsPeer }[],
): readonly ServedCertificate[] {
  const ports = { http: install.httpPort, transport: install.transportPort } as const;
  return (['http', 'transport'] as const).flatMap((layer) => {
    const leaf = answers?.tls?.[layer]?.chain[0];
    if (leaf === undefined)
      return peers
        .filter(({ port }) => port === ports[layer])
        .flatMap(({ peer }) => certificateOf(layer, peer));
    const { subject, issuer, notAfter, fingerprint256, keyHash } = leaf;
    return [{ layer, subject, issuer, notAfter, fingerprint256, keyHash }];
  });
}

function certificateOf(layer: ServedCertificate['layer'], peer: TlsPeer): readonly ServedCertificate[] {
  const [leaf] = peer.chain;
  const end = leaf === undefined ? Number.NaN : Date.parse(leaf.notAfter);
  if (leaf === undefined || Number.isNaN(end)) return [];
  return [
    {
      layer,
      subject: leaf.subject.slice(0, 500),
      notAfter: new Date(end).toISOString(),
      fingerprint256: leaf.fingerprint256.slice(0, 100),
    },
  ];
}
