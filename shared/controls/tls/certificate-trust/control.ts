import type { EsInstall } from '../../../domain/elasticsearch.ts';
import type { Facts } from '../../../domain/facts.ts';
import { settingValue } from '../../../text/yaml-settings.ts';
import { configured, type Layer, layerName, layers } from '../../certificates-in-use.ts';
import { type Choices, defineControl, type Evaluation, type Proposal } from '../../define-control.ts';
import {
  type AllSeen,
  evidence,
  failed,
  judgeNode,
  listed,
  notApplicable,
  passed,
  undecided,
} from '../../judging.ts';
import { factsMissing, manual } from '../../proposing.ts';
import { proposeStatic } from '../../static-setting.ts';
import { expectedIn, type Trusted, trustedBy } from './trusted.ts';

const needed = ['es-settings', 'node-answers', 'certificate-files', 'topology'] as const;
export type TrustSeen = AllSeen<(typeof needed)[number]>;

export default defineControl({
  words: {
    id: 'certificate-trust',
    area: 'tls',
    title: 'The node trusts the authorities of its cluster and no others',
    severity: 'medium',
    description:
      'Reads whom both ports trust, in the files that the settings name and in the node’s own list of certificates, and compares that with the authorities that issued the certificates of all nodes of the cluster.',
    risk: 'Every authority that the transport layer trusts can let a machine into the cluster as a node, with all its data. Where none is named, those that Java ships are trusted: some hundred public ones.',
    references: [
      { title: 'TLS settings in Elasticsearch: trusted certificates', publisher: 'Elastic' },
      { title: 'Transport TLS with certificates of another authority', publisher: 'Elastic' },
    ],
    fix: 'guided',
    blast: 'rolling',
  },
  evaluate: (facts) => judgeNode(facts, needed, (install, seen) => judge(install.value, seen)),
  propose,
});

const speech = {
  clear: 'plain text',
  closed: 'nobody listens',
  silent: 'no recognisable answer',
} as const;

/** Where a port checks a certificate of the other side: between nodes always, of clients where it is switched on. */
function checking({ 'es-settings': yml, 'node-answers': answers }: TrustSeen): readonly Layer[] {
  const { settings } = yml.value;
  return layers.filter((layer) => {
    if (answers.value[layer] === 'clear') return false;
    const asks = settingValue(settings, `xpack.security.${layer}.ssl.client_authentication`);
    return layer === 'transport' || (asks !== undefined && asks.trim().toLowerCase() !== 'none');
  });
}

function judge(install: EsInstall, seen: TrustSeen): Evaluation {
  const { transport } = seen['node-answers'].value;
  if (transport !== 'tls') {
    const speaks = evidence(seen['node-answers'], 'What the transport port speaks', speech[transport]);
    return transport === 'clear'
      ? notApplicable('The transport port speaks plain text, so nobody is trusted by a certificate.', speaks)
      : undecided(
          'Whether the transport port checks certificates could not be seen. Start Elasticsearch, then assess again.',
          speaks,
        );
  }
  const active = checking(seen);
  const found = active.map((layer) => ({ layer, trusted: trustedBy(layer, install, seen) }));
  const shown = found.map(({ layer, trusted }) =>
    evidence(
      seen['es-settings'],
      `Whom the ${layerName[layer]} port trusts`,
      trusted.from === 'java'
        ? 'nobody is named: all authorities that Java ships'
        : trusted.from === 'not-read'
          ? trusted.why
          : listed(
              trusted.entries.map(({ subject, path }) => `${subject} (${path})`),
              12,
            ) || 'nobody',
    ),
  );
  const java = found.filter(({ trusted }) => trusted.from === 'java');
  if (java.length > 0)
    return failed(
      `No authority is named for the ${listed(java.map(({ layer }) => layerName[layer]))} port, so every one that Java ships is trusted.`,
      ...shown,
    );
  const unread = found.flatMap(({ trusted }) => (trusted.from === 'not-read' ? [trusted.why] : []));
  if (unread[0] !== undefined) return undecided(unread[0], ...shown);
  const strange = strangers(install, seen);
  const { cluster } = seen.topology.value;
  const unseen = cluster.nodes.filter(
    ({ certificates }) => !certificates.some(({ layer }) => layer === 'transport'),
  );
  if (strange.length > 0 && unseen.length > 0)
    return undecided(
      `${listed(strange.map(({ subject }) => subject))} issued no certificate that was seen, and those of ${listed(unseen.map(({ name }) => name))} were not seen. Add the host to the workspace if it is missing, see that its node runs, and assess it.`,
      ...shown,
    );
  return strange.length > 0
    ? failed(
        `The transport port trusts ${listed(strange.map(({ subject }) => subject))}, which issued no certificate of this cluster.`,
        ...shown,
      )
    : passed(
        'The transport port trusts the authorities of the certificates of this cluster and no others.',
        ...shown,
      );
}

/** Whom clients may come from is the operator’s decision; between nodes everybody who is trusted is let in. */
function strangers(install: EsInstall, seen: TrustSeen): readonly Trusted[] {
  const trusted = trustedBy('transport', install, seen);
  return trusted.from === 'named' ? trusted.entries.filter((one) => !expectedIn(seen, one)) : [];
}

function seenOf(facts: Facts): { readonly install: EsInstall; readonly seen: TrustSeen } | undefined {
  let kept: { readonly install: EsInstall; readonly seen: TrustSeen } | undefined;
  judgeNode(facts, needed, (install, seen) => {
    kept = { install: install.value, seen };
    return notApplicable('Only looked.');
  });
  return kept;
}

const key = 'xpack.security.transport.ssl.certificate_authorities';

function propose(facts: Facts, choices: Choices): Proposal {
  const known = seenOf(facts);
  if (known === undefined) return factsMissing;
  const { install, seen } = known;
  const strange = strangers(install, seen);
  const named = seen['es-settings'].value.settings.findLast((one) => one.key === key)?.values ?? [];
  if (strange.length === 0)
    return manual(
      'Which authority is yours is for you to say, and every node has to trust it before the first one stops trusting the others.',
      'Name the authority of your nodes on every node: certificate_authorities for PEM files, truststore.path for a store, below xpack.security.transport.ssl (and http.ssl where clients present certificates).',
      'Restart one node after the other, then assess again.',
    );
  const goes = new Set(strange.map(({ path }) => path));
  const stays = trustedBy('transport', install, seen);
  const mixed =
    stays.from !== 'named' || stays.entries.some((one) => goes.has(one.path) && expectedIn(seen, one));
  const left = named.filter((value) => !goes.has(configured(install, value) ?? value));
  if (mixed || left.length === 0 || left.length === named.length)
    return manual(
      'The authorities that are not needed lie in one file with those that are, or in a store whose password Bulwark does not have.',
      `See that ${listed(strange.map(({ subject }) => subject))} is not that of a remote cluster or of a node that is to come.`,
      'Take its certificate out of a copy of the file (keytool -delete -alias NAME -keystore FILE for a store), give the copy owner and mode of the original, and move it over the original. The node reads it again within seconds.',
      'Assess again.',
    );
  const asked = {
    name: 'untrust',
    label: `Stop trusting ${listed(
      strange.map(({ subject }) => subject),
      10,
    )}`,
    hint: 'Tick this only when no remote cluster and no node that is to come has a certificate of it: they are refused from then on.',
    type: 'boolean',
    suggested: 'false',
  } as const;
  const fix = proposeStatic(facts, [{ op: 'set', key, value: left }], {
    steps: [`Bulwark will take ${listed([...goes], 10)} out of ${key}; the files themselves stay.`],
    disturbs: 'Nodes with a certificate of one of these authorities are refused from then on.',
  });
  if (fix.type !== 'changes') return fix;
  const { changes: _, ...words } = fix;
  return choices['untrust']?.trim() === 'true'
    ? { ...fix, choices: [asked] }
    : { ...words, type: 'choices', choices: [asked] };
}
