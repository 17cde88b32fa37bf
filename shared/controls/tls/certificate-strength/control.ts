import type { CertificateDetail } from '../../../domain/certificate.ts';
import {
  describeCertificate,
  type InUse,
  judgeCertificates,
  layerName,
  ofCertificate,
} from '../../certificates-in-use.ts';
import { defineControl, type Evaluation } from '../../define-control.ts';
import { evidence, failed, listed, passed, undecided } from '../../judging.ts';
import { proposeReissue } from '../../reissue.ts';

export default defineControl({
  words: {
    id: 'certificate-strength',
    area: 'tls',
    title: 'Keys of certificates are RSA 2048 or EC P-256 and above, signed with SHA-256 and above',
    severity: 'medium',
    description:
      'Reads the kind and length of the keys and the hash of the signatures of the certificates that both ports serve, and of the authorities above them. RSA below 3072 is accepted and named.',
    risk: 'Who can work out a key or forge a signature can stand in for the node and read what is sent to it.',
    references: [
      { title: 'SP 800-57 Part 1: key lengths', publisher: 'NIST' },
      { title: 'TLS settings in Elasticsearch', publisher: 'Elastic' },
    ],
    fix: 'auto',
    blast: 'reload',
  },
  evaluate: (facts) => judgeCertificates(facts, judge),
  propose: (facts, choices) => proposeReissue(facts, choices, 'certificate-strength'),
});

function judge({ layers, seen }: InUse): Evaluation {
  const all = layers.flatMap((one) => [
    ...one.leaves.map((certificate) => ({ who: `the ${ofCertificate(one)}`, certificate })),
    ...one.authorities.map((certificate) => ({
      who: `the authority of the ${ofCertificate(one)}`,
      certificate,
    })),
  ]);
  const shown = all
    .slice(0, 12)
    .map(({ who, certificate }) =>
      evidence(
        seen['node-answers'],
        who,
        `${describeCertificate(certificate)}, signature hash ${certificate.hash}`,
      ),
    );
  const weak = all.flatMap(({ who, certificate }) =>
    weakness(certificate).map((what) => `${who} has ${what}`),
  );
  if (weak.length > 0) return failed(`Too weak: ${listed([...new Set(weak)])}.`, ...shown);
  const odd = all.find(({ certificate }) => undecidable(certificate));
  if (odd !== undefined)
    return undecided(
      `Bulwark cannot tell how strong ${odd.who} is (${odd.certificate.key.words}, signature hash ${odd.certificate.hash}). Ask who issued it.`,
      ...shown,
    );
  const blind = layers.filter(({ rooted }) => !rooted);
  if (blind.length > 0)
    return undecided(
      `The authority above the ${listed(blind.map(({ layer }) => layerName[layer]))} certificate is not among what Bulwark could read. Put its certificate beside the others in the certs directory.`,
      ...shown,
    );
  const short = all.filter(({ certificate: { key } }) => key.type === 'rsa' && (key.bits ?? 0) < 3072);
  return passed(
    short[0] === undefined
      ? `All keys and signatures are strong (${listed([...new Set(all.map(({ certificate }) => certificate.key.words))])}).`
      : `Keys and signatures are accepted; ${short[0].who} has ${short[0].certificate.key.words}, choose RSA 3072 or EC P-256 for the next one.`,
    ...shown,
  );
}

function weakness({ key, hash, subjectHash, issuerHash }: CertificateDetail): readonly string[] {
  const least = key.type === 'rsa' ? 2048 : key.type === 'ec' ? 256 : 0;
  return [
    ...(key.type === 'dsa' || (key.bits !== undefined && key.bits < least) ? [`a key of ${key.words}`] : []),
    // What stands for itself is trusted by its key; nobody relies on its signature.
    ...(subjectHash !== issuerHash && ['md5', 'sha1', 'sha224'].includes(hash)
      ? [`a signature by ${hash}`]
      : []),
  ];
}

function undecidable({ key, hash, subjectHash, issuerHash }: CertificateDetail): boolean {
  return key.type === 'other' || key.bits === undefined || (hash === 'unknown' && subjectHash !== issuerHash);
}
