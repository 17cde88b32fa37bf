import type { CertificateDetail } from '../../../domain/certificate.ts';
import { knownValue } from '../../../domain/fact.ts';
import type { Facts } from '../../../domain/facts.ts';
import { settingValue } from '../../../text/yaml-settings.ts';
import { isCovered, type NameUse, requiredNames } from '../../certificate-names.ts';
import {
  type InUse,
  judgeCertificates,
  type LayerCertificates,
  layerName,
} from '../../certificates-in-use.ts';
import { defineControl, type Evaluation } from '../../define-control.ts';
import { evidence, failed, listed, notApplicable, passed } from '../../judging.ts';
import { proposeReissue } from '../../reissue.ts';

export default defineControl({
  words: {
    id: 'certificate-names',
    area: 'tls',
    title: 'Every certificate carries the names and addresses that clients and nodes use',
    severity: 'high',
    description:
      'Compares the names in the served certificates with the publish address, the names in elasticsearch.yml and the host name. Transport names count only where nodes check them (verification mode full).',
    risk: 'A client that checks names refuses the node; people then switch checking off, and anybody may stand in for the node.',
    references: [
      { title: 'Set up basic security plus HTTPS', publisher: 'Elastic' },
      { title: 'RFC 6125: names in certificates', publisher: 'IETF' },
    ],
    fix: 'auto',
    blast: 'reload',
  },
  evaluate: (facts) => judgeCertificates(facts, (inUse) => judge(inUse, facts)),
  propose: (facts, choices) => proposeReissue(facts, choices, 'certificate-names'),
});

function judge({ layers, seen }: InUse, facts: Facts): Evaluation {
  const mode =
    settingValue(seen['es-settings'].value.settings, 'xpack.security.transport.ssl.verification_mode') ??
    'full';
  const judged = layers.filter(({ layer }) => layer === 'http' || mode === 'full');
  const modeSeen = evidence(
    seen['es-settings'],
    'xpack.security.transport.ssl.verification_mode',
    mode === 'full' ? 'full: nodes check names' : `${mode}: nodes do not check names`,
  );
  if (judged.length === 0)
    return notApplicable('Only the transport port speaks TLS, and nodes do not check names there.', modeSeen);
  const shown = judged.flatMap((one) =>
    one.leaves.map((leaf) =>
      evidence(seen['node-answers'], `Names in the ${layerName[one.layer]} certificate`, namesIn(leaf)),
    ),
  );
  const wrong = judged.flatMap((one) => missingOf(one, facts));
  const required = judged.flatMap((one) => requiredNames(facts, one.layer));
  if (wrong.length > 0) {
    const [first] = wrong;
    const whole = wrong.map((one) => `${one.name} (${one.who})`);
    return failed(
      `The ${layerName[first?.layer ?? 'http']} certificate does not carry ${listed(whole)}.`,
      ...shown,
      modeSeen,
    );
  }
  return passed(
    `The certificates carry ${listed([...new Set(required.map((use) => use.name))], 6)}.`,
    ...shown,
    modeSeen,
  );
}

function missingOf({ layer, leaves }: LayerCertificates, facts: Facts) {
  const system = knownValue(facts['host-system']);
  return requiredNames(facts, layer).flatMap((use) =>
    leaves.every((leaf) => covers(leaf, use, system?.hostname)) ? [] : [{ ...use, layer }],
  );
}

/** A short host name is there when a name of the certificate begins with it. */
function covers(leaf: CertificateDetail, { name }: NameUse, hostname: string | undefined): boolean {
  const names = [...leaf.dnsNames, ...leaf.addresses];
  return (
    isCovered(names, name) ||
    (name === hostname?.toLowerCase() &&
      leaf.dnsNames.some((one) => one.startsWith(`${name}.`) || isCovered([one], `${name}.${domainOf(one)}`)))
  );
}

const domainOf = (pattern: string) => (pattern.startsWith('*.') ? pattern.slice(2) : '');

function namesIn({ dnsNames, addresses, otherNames }: CertificateDetail): string {
  const names = [...dnsNames, ...addresses];
  const others = otherNames > 0 ? `, and ${otherNames} that no client can use` : '';
  return names.length === 0 ? `none${others}` : `${listed(names, 20)}${others}`;
}
