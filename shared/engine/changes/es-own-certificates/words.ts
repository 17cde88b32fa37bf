/** What the operator is told before a node, or a cluster, is secured with certificates of its own. */
import type { ChangeOf } from '../../../domain/change.ts';
import type { Words } from '../../change-kind.ts';

type Change = ChangeOf<'es-own-certificates'>;

/** From the stop of the first node to the login on the last one; 49 to 108 s were seen on loaded machines, 23 s on an idle one (8.19.21, 9.5.3). */
const clusterOutage = 90;

export function describe(change: Change): Words {
  const certificate =
    change.certificates === 'brought'
      ? `The certificate is the one that your own authority signed for this node; it has to cover ${change.names.join(', ')}. Its key was made for this node and comes from your vault.`
      : `The certificate is made for ${change.names.join(', ')} and is valid for ${change.days} days. Its key is made for this node; the key of the authority never leaves your vault.`;
  const made =
    'Certificates and settings are made in a copy of the configuration, and the copy is tried once beside the running node.';
  const asks = change.asksAlready === true;
  const after =
    'Afterwards every client needs https, the CA certificate and a password. The password of elastic and the CA are in the vault.';
  const back =
    'its users and their password hashes can be read and changed by anybody while it is open, so passwords and keys of the secured node count as disclosed.';
  if (change.cluster === undefined) {
    return {
      title:
        'secure Elasticsearch with certificates of your own: authentication, TLS, keystore and a new password of elastic',
      words: [
        certificate,
        made,
        'Then the host stops the node, puts the copy in place and starts it. If it does not come up, the host puts the old configuration back by itself.',
        'The data directory is not touched. Documents are counted before and after; should any be missing, the old configuration comes back.',
        after,
        asks
          ? 'Taking this back makes the node speak plain HTTP again, with the documents it has then. It goes on asking for passwords; elastic keeps the new one, which stays in your vault.'
          : `Taking this back makes the node answer everybody again, with the documents it has then; ${back}`,
      ],
      blast: 'full',
      outageSeconds: 60,
      guarded: false,
    };
  }
  const all = change.cluster.hosts.length;
  return {
    title: `secure this node together with all ${all} of its cluster: certificates of your own, authentication, TLS, keystore and one new password of elastic`,
    words: [
      certificate,
      made,
      `Only when all ${all} nodes are ready they are stopped, the elected master last, and started together: the whole cluster is down for about ${clusterOutage} seconds.`,
      'If a node does not come up, all nodes go back to the old configuration. A node that waits for the others in vain goes back by itself.',
      'The data directories are not touched. Documents are counted before and after on every node; should any be missing, the old configuration comes back.',
      `${after} It is one password for the whole cluster.`,
      `Taking this back takes it back on all ${all} nodes together. The cluster answers everybody again then, with the documents it has; ${back}`,
    ],
    blast: 'full',
    outageSeconds: clusterOutage,
    guarded: false,
  };
}
