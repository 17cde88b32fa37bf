/** The certificates of a node by layer: what a handshake showed, what the files hold, and which authorities stand above them. */
import type { CertificateDetail, CertificateFiles, LayerTls } from '../domain/certificate.ts';
import type { EsInstall } from '../domain/elasticsearch.ts';
import type { Evidence } from '../domain/evidence.ts';
import type { EsSettings, Facts } from '../domain/facts.ts';
import { isOn, settingValue } from '../text/yaml-settings.ts';
import type { Evaluation } from './define-control.ts';
import { type AllSeen, evidence, judgeNode, notApplicable, type Seen, undecided } from './judging.ts';

export const layers = ['http', 'transport'] as const;
export type Layer = (typeof layers)[number];
export const layerName: Readonly<Record<Layer, string>> = { http: 'HTTP', transport: 'transport' };

export interface LayerCertificates {
  readonly layer: Layer;
  /** What the port served; undefined where nothing could be seen. */
  readonly served: CertificateDetail | undefined;
  /** What the configured PEM file holds; undefined for stores and files that could not be read. */
  readonly file: CertificateDetail | undefined;
  /** Served and on file, each once; at least one. */
  readonly leaves: readonly CertificateDetail[];
  /** Above the leaves, as far as their certificates are known. */
  readonly authorities: readonly CertificateDetail[];
  /** Whether every leaf is followed up to an authority that stands for itself. */
  readonly rooted: boolean;
  readonly tls: LayerTls | undefined;
}

const needed = ['es-settings', 'node-answers', 'certificate-files'] as const;
export type CertificateSeen = AllSeen<(typeof needed)[number]>;

export interface InUse {
  readonly layers: readonly LayerCertificates[];
  readonly seen: CertificateSeen;
  readonly install: Seen<EsInstall>;
}

/** Common name that the set-up of Elasticsearch gives its authorities (seen on 8.19.21 and 9.5.3). */
export const ownSetUp = /(?:^|, )CN=Elasticsearch security auto-configuration (?:HTTP|transport) CA(?:,|$)/;

/**
 * Judges the layers that speak TLS, or would after a start. Not applicable where none does; unknown where the certificate of
 * one of them could not be seen, and where all is well except that one could not be read.
 */
export function judgeCertificates(facts: Facts, judge: (inUse: InUse) => Evaluation): Evaluation {
  return judgeNode(facts, needed, (install, seen) => {
    const found = layers.map((layer) => ({ layer, ...layerOf(layer, install.value, seen) }));
    const blind = found.find(({ standing }) => standing === 'not-seen');
    if (blind !== undefined)
      return undecided(
        `The certificate of the ${layerName[blind.layer]} port could not be seen. Start Elasticsearch and see that its port answers this host, then assess again.`,
        ...spoken(seen),
      );
    const certificates = found.flatMap(({ certificates: one }) => one ?? []);
    if (certificates.length === 0)
      return notApplicable('No port of this node speaks TLS, so no certificate is in use.', ...spoken(seen));
    const judged = judge({ layers: certificates, seen, install });
    const partly = certificates.find(({ tls }) => (tls?.unreadable ?? 0) > 0);
    if (judged.outcome !== 'pass' || partly === undefined) return judged;
    return undecided(
      `A certificate that the ${layerName[partly.layer]} port serves could not be read, so what it holds is not known. Ask who issued it, or replace it, then assess again.`,
      ...judged.evidence,
    );
  });
}

/** What both ports speak, as evidence where there is nothing more to show. */
export function spoken(seen: Pick<CertificateSeen, 'node-answers'>): readonly Evidence[] {
  const answers = seen['node-answers'];
  return layers.map((layer) =>
    evidence(answers, `What the ${layerName[layer]} port speaks`, speech[answers.value[layer]]),
  );
}

const speech = {
  clear: 'plain text, no TLS',
  tls: 'TLS',
  closed: 'nobody listens',
  silent: 'no recognisable answer',
} as const;

/** The layers that speak TLS, without a judgement: for a fix. */
export function certificatesOf(facts: Facts): readonly LayerCertificates[] {
  let kept: readonly LayerCertificates[] = [];
  judgeCertificates(facts, (inUse) => {
    kept = inUse.layers;
    return notApplicable('Only looked.');
  });
  return kept;
}

interface LayerStanding {
  readonly standing: 'off' | 'not-seen' | 'seen';
  readonly certificates?: LayerCertificates;
}

function layerOf(layer: Layer, install: EsInstall, seen: CertificateSeen): LayerStanding {
  const answers = seen['node-answers'].value;
  const { settings } = seen['es-settings'].value;
  const files = seen['certificate-files'].value;
  const wanted =
    settingValue(settings, 'xpack.security.enabled') !== 'false' &&
    isOn(settingValue(settings, `xpack.security.${layer}.ssl.enabled`));
  const speech = answers[layer];
  if (speech === 'clear' || (speech === 'closed' && !wanted)) return { standing: 'off' };
  const tls = answers.tls?.[layer];
  const served = tls?.chain[0];
  const file = fileLeaf(layer, install, seen['es-settings'].value, files);
  const leaves = distinct([served, file]);
  // A node that runs serves what it has loaded; its files alone prove nothing then.
  if (leaves.length === 0 || (speech !== 'closed' && served === undefined)) return { standing: 'not-seen' };
  const pool = [...(tls?.chain ?? []), ...files.pem.flatMap(({ certificates }) => certificates)];
  const above = leaves.map((leaf) => authoritiesOf(leaf, pool));
  return {
    standing: 'seen',
    certificates: {
      layer,
      served,
      file,
      leaves,
      authorities: distinct(above.flatMap(({ chain }) => chain)),
      rooted: above.every(({ rooted }) => rooted),
      tls,
    },
  };
}

/** Absolute path of a file that a setting names, which counts from the configuration directory. */
export function configured(install: EsInstall, value: string | undefined): string | undefined {
  if (value === undefined || value === '') return undefined;
  return value.startsWith('/') ? value : `${install.pathConf}/${value}`;
}

function fileLeaf(
  layer: Layer,
  install: EsInstall,
  { settings }: EsSettings,
  files: CertificateFiles,
): CertificateDetail | undefined {
  const path = configured(install, settingValue(settings, `xpack.security.${layer}.ssl.certificate`));
  const file = files.pem.find((one) => one.path === path);
  return file?.unreadable === 0 ? file.certificates[0] : undefined;
}

/** By names only, which is enough to find them and no proof: verifying is for whoever has a library for it. */
function authoritiesOf(leaf: CertificateDetail, pool: readonly CertificateDetail[]) {
  const chain: CertificateDetail[] = [];
  let at = leaf;
  while (at.subjectHash !== at.issuerHash && chain.length < 10) {
    const issuers = pool.filter((one) => one.subjectHash === at.issuerHash && one.authority);
    const [first] = issuers;
    if (first === undefined) return { chain, rooted: false };
    chain.push(...issuers);
    at = first;
  }
  return { chain, rooted: at.subjectHash === at.issuerHash };
}

function distinct(list: readonly (CertificateDetail | undefined)[]): readonly CertificateDetail[] {
  const known = list.flatMap((one) => one ?? []);
  return known.filter(
    (one, index) => known.findIndex(({ fingerprint256 }) => fingerprint256 === one.fingerprint256) === index,
  );
}

/** Whole days from the reading until the end; negative after it. */
export function daysUntil(notAfter: string, at: string): number {
  return Math.floor((Date.parse(notAfter) - Date.parse(at)) / 86_400_000);
}

/** For evidence: what it is, without its names. */
export function describeCertificate(one: CertificateDetail): string {
  return `${one.subject}, issued by ${one.issuer}, valid until ${one.notAfter}, ${one.key.words}, SHA-256 ${one.fingerprint256}`;
}

export function ofCertificate({ layer }: Pick<LayerCertificates, 'layer'>): string {
  return `${layerName[layer]} certificate`;
}
