/** What enrolling a node is called, and which lines of its configuration it changes. */
import type { Diff } from '../../../domain/change.ts';
import { readYamlSettings } from '../../../text/yaml-settings.ts';
import type { ChangeContext, Words } from '../../change-kind.ts';
import { readYml } from '../../elasticsearch/start-log.ts';
import type { Cluster, Enrollment } from './cluster.ts';
import { showAddress } from './token.ts';

export function titleWords(change: Enrollment): Words {
  return {
    title: `join the cluster of the node at ${change.issuer.address} by enrollment`,
    words: [
      'The secured node makes a token for this one use, which is taken back as soon as it was used. It never appears in an argument, a file or a log of this host.',
      'Elasticsearch’s own tool makes keys, certificates and settings in a copy of the configuration; the copy is tried once beside the running node.',
      'Then the host stops the node, puts the copy in place and starts it. If it does not come up, or the cluster does not list it, the old configuration comes back.',
      ...(change.setAsideData
        ? [
            `The data directory holds no index of yours. It is set aside and kept as ${change.install.pathData.map((path) => `${path}.set-aside-…`).join(', ')}; the node begins with an empty one.`,
          ]
        : []),
      'The private keys of the cluster’s certificates are on this host afterwards, and the cluster may move shards here at once.',
      'Users and passwords are those of the cluster.',
      'Taking this back moves the shards of this node to others first; where they have no other place, it is refused. Then the node is what it was, open to everybody.',
    ],
    blast: 'full',
    outageSeconds: 60,
    guarded: false,
  };
}

/** Names and public values only. */
export async function enrolledSettings(
  change: Enrollment,
  context: ChangeContext,
  cluster: Cluster,
): Promise<readonly Diff[]> {
  const { pathConf } = change.install;
  const read = readYamlSettings((await readYml(context, pathConf)) ?? '');
  const gone = read.ok
    ? read.settings.filter(({ key }) => change.removeSettings.includes(key) || key === 'cluster.name')
    : [];
  const seeds = cluster.members.flatMap(({ transport }) =>
    transport === undefined ? [] : [showAddress(transport)],
  );
  return [
    {
      subject: `${pathConf}/elasticsearch.yml`,
      before: gone
        .map(({ key, values, secretLike }) => `${key}: ${secretLike ? '[secret]' : values.join(', ')}`)
        .join('\n'),
      after: [
        `cluster.name: ${cluster.name}`,
        'xpack.security.enabled: true',
        `xpack.security.enrollment.enabled: ${change.endEnrollment !== true}`,
        'xpack.security.http.ssl.enabled: true',
        'xpack.security.http.ssl.keystore.path: certs/http.p12',
        'xpack.security.transport.ssl.enabled: true',
        'xpack.security.transport.ssl.verification_mode: certificate',
        'xpack.security.transport.ssl.keystore.path: certs/transport.p12',
        'xpack.security.transport.ssl.truststore.path: certs/transport.p12',
        `discovery.seed_hosts: ${seeds.join(', ')}`,
        'transport.host: 0.0.0.0 (where no address was given before)',
      ].join('\n'),
    },
    { subject: `${pathConf}/certs`, before: '', after: 'http.p12\nhttp_ca.crt\ntransport.p12' },
  ];
}
