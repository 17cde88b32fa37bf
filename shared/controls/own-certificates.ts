/** Securing an open node that holds data, or that cannot set up its own security, with certificates of an own authority. */
import type { Change } from '../domain/change.ts';
import { authorityRef, keyTypes } from '../domain/changes/certificates.ts';
import type { EsInstall } from '../domain/elasticsearch.ts';
import type { Facts } from '../domain/facts.ts';
import type { Choice } from '../domain/finding.ts';
import { brokenBy, chosenNames, knownNames, type NameUse } from './certificate-names.ts';
import type { Choices, Proposal } from './define-control.ts';
import type { WholeCluster } from './whole-cluster.ts';

/** Names in the vault; one node per host, so its place on disk is no part of them. */
export const elasticPasswordRef = 'es/elastic';
export const httpCaRef = 'es/http-ca';
const nodeKeyRef = 'es/node-key';
export const nodeStoreRef = 'es/node-store';
/** Below the configuration directory; the store that both ports use. */
export const ownStore = 'certs/node.p12';
/** Two years; some clients refuse certificates for more than 825 days. */
export const certificateDays = 730;

const signedBy: Choice = {
  name: 'certificateFrom',
  label: 'Who signs the certificate',
  hint: 'Your own authority signs a request that Bulwark makes for each node; its key never comes here. Bring the certificate first, then plan.',
  type: 'one-of',
  suggested: 'vault',
  options: [
    {
      value: 'vault',
      label: 'The authority in your vault',
      detail: 'made by Bulwark, or imported; it issues at once',
      unusable: '',
    },
    {
      value: 'brought',
      label: 'Your own authority',
      detail: 'requests out, certificates in: bulwark certificate request, bulwark certificate take',
      unusable: '',
    },
  ],
};

interface OwnWay {
  readonly install: EsInstall;
  /** Why Elasticsearch's own set-up is not used. */
  readonly why: string;
  readonly fixedTogetherWith: readonly string[];
  /** All nodes of the cluster, which are secured together. */
  readonly cluster?: WholeCluster;
  /** The node asks for passwords, over plain HTTP. */
  readonly asksAlready?: true;
}

const uses = (list: readonly NameUse[]) => list.map((use) => `${use.name} (${use.who})`).join(', ');

export function proposeOwnCertificates(facts: Facts, choices: Choices, way: OwnWay): Proposal {
  const suggested = knownNames(facts)
    .map((use) => use.name)
    .join(' ');
  const wanted = chosenNames(choices['certificateNames'] ?? suggested);
  const keyType = keyTypes.find((type) => type === (choices['certificateKey']?.trim() || 'p-256'));
  const broken = wanted.ok ? brokenBy(facts, wanted.names) : [];
  const all = way.cluster?.hosts.length;
  const from = choices['certificateFrom']?.trim() || 'vault';
  const brought = from === 'brought';
  const asked: readonly Choice[] = [
    {
      name: 'certificateNames',
      label: 'Names and addresses of the node',
      hint:
        wanted.ok || wanted.wrong.length === 0
          ? 'Everything that clients, Kibana and other nodes put into their settings to reach this node. Who connects by another name is refused.'
          : `Neither a host name nor an address: ${wanted.wrong.slice(0, 3).join(', ')}.`,
      type: 'text',
      suggested,
    },
    {
      name: 'certificateKey',
      label: 'Kind of key',
      hint: 'p-256, or rsa-3072 for clients that do not know elliptic curves.',
      type: 'text',
      suggested: 'p-256',
    },
    signedBy,
  ];
  const more = {
    steps: [
      `${way.why} So Bulwark will secure it with ${all === undefined ? 'a certificate' : 'certificates'} of your own authority, and leave the data where it is.`,
      brought
        ? 'Bulwark will take the key of this node from your vault and the certificate that your own authority signed for it, after checking that they belong together and hold.'
        : 'Bulwark will make the authority if your vault has none (its key never leaves the vault), and a key and certificate for this node.',
      ...(wanted.ok
        ? [`The certificate ${brought ? 'has to cover' : 'will be for'} ${wanted.names.join(', ')}.`]
        : []),
      ...(broken.length > 0 ? [`Refused will be who connects by ${uses(broken)}.`] : []),
      'Bulwark will write settings and keystore in a copy of the configuration and start the copy once beside the running node.',
      all === undefined
        ? 'Bulwark will let the host stop the node, put the copy in place and start it; when it does not come up, the host puts the old configuration back.'
        : `Bulwark will do this on all ${all} nodes; only when all are ready it will stop them together, put the copies in place and start them together. When one does not come up, all go back.`,
      'Bulwark will give the user elastic a new password, keep it in your vault, prove it by logging in over TLS, and compare the number of documents with before.',
    ],
    disturbs: `${all === undefined ? 'The node restarts: it is away' : `The whole cluster restarts, all ${all} nodes at once: it is away`} for about a minute, on a slow host up to three. Afterwards every client needs https, the new certificate authority and a password.`,
    undo:
      way.asksAlready === true
        ? 'Undo brings back settings and keystore of before and restarts the node with the documents it has then. It then speaks plain HTTP again and goes on asking for passwords; elastic keeps the new one, which stays in your vault.'
        : `Undo brings back settings and keystore of before and restarts ${all === undefined ? 'the node' : `all ${all} nodes together,`} with the documents it has then. It is then open to everybody again, who can also read the hashes of its passwords: count passwords and keys of the secured node as disclosed.`,
    fixedTogetherWith: way.fixedTogetherWith,
  };
  if (!wanted.ok || keyType === undefined || (from !== 'vault' && !brought))
    return { type: 'choices', choices: asked, ...more };
  const change: Change = {
    kind: 'es-own-certificates',
    install: way.install,
    elasticPasswordRef,
    httpCaRef,
    nodeKeyRef,
    storePasswordRef: nodeStoreRef,
    authorityRef,
    keyType,
    form: 'pkcs12',
    names: [...wanted.names],
    days: certificateDays,
    ...(brought ? { certificates: 'brought' } : {}),
    ...(way.cluster === undefined ? {} : { cluster: way.cluster }),
    ...(way.asksAlready === undefined ? {} : { asksAlready: way.asksAlready }),
  };
  return { type: 'changes', changes: [change], choices: asked, ...more };
}
