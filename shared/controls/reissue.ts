/** Replacing a certificate that ends, lacks names or is weak: under the same file name, by whoever issued it. */

import type { CertificateDetail } from '../domain/certificate.ts';
import type { Change, ChangeOf } from '../domain/change.ts';
import { authorityRef, keyTypes } from '../domain/changes/certificates.ts';
import type { EsInstall } from '../domain/elasticsearch.ts';
import { knownValue } from '../domain/fact.ts';
import type { Facts } from '../domain/facts.ts';
import type { Choice } from '../domain/finding.ts';
import { settingValue } from '../text/yaml-settings.ts';
import { brokenBy, chosenNames, isCovered, knownNames } from './certificate-names.ts';
import {
  certificatesOf,
  configured,
  type Layer,
  type LayerCertificates,
  layerName,
  ownSetUp,
} from './certificates-in-use.ts';
import type { Choices, Proposal } from './define-control.ts';
import { listed } from './judging.ts';
import { certificateDays, nodeStoreRef, ownStore } from './own-certificates.ts';
import { factsMissing, installOf, type Manual, manual } from './proposing.ts';

/** What Bulwark writes into the certificates of authorities that it makes. */
const made = /(?:^|, )O=Bulwark(?:,|$)/;

type Files = ChangeOf<'certificate-install'>['files'];

/** One set of files, and the layers that use it. */
interface Target {
  readonly files: Files;
  readonly layers: readonly Layer[];
  readonly old: CertificateDetail;
}

/** @param by `another-authority`: the one above the certificate of today may end as soon as it likes */
export function proposeReissue(
  facts: Facts,
  choices: Choices,
  controlId: string,
  by: 'the-same' | 'another-authority' = 'the-same',
): Proposal {
  const layers = certificatesOf(facts);
  const install = installOf(facts);
  const [first] = layers;
  if (first === undefined || install === undefined) return factsMissing;
  const leaves = layers.flatMap((one) => one.leaves);
  const foreign = leaves.find(({ issuer }) => !made.test(issuer));
  if (foreign !== undefined) return byOthers(layers, foreign);
  if (by === 'the-same' && layers.some(({ authorities }) => authorities.some((one) => ending(one, facts))))
    return manual(
      'The authority itself ends soon, so a certificate that it issues would end with it.',
      'Make or import another authority, let all nodes and clients trust both, then exchange the certificates and take the old authority away.',
      'Assess again after each of these steps.',
    );
  const targets = targetsOf(facts, install, layers);
  if ('type' in targets) return targets;
  return reissuing(facts, choices, targets, controlId);
}

function ending({ notAfter }: CertificateDetail, facts: Facts): boolean {
  const answers = facts['node-answers'];
  const at = answers?.status === 'known' ? Date.parse(answers.at) : Number.NaN;
  return !(Date.parse(notAfter) - at > 90 * 86_400_000);
}

function byOthers(layers: readonly LayerCertificates[], { issuer }: CertificateDetail): Manual {
  if (ownSetUp.test(issuer))
    return manual(
      'The certificate comes from the authority that Elasticsearch made for itself, and Bulwark only issues by an authority of your own. Its key lies in http.p12 on the node, or in your vault where Bulwark took it off.',
      'Issue the new certificate with elasticsearch-certutil cert on the host, by the authority in http.p12 (undo in the history puts the key back there), with every name that clients use.',
      'Put it in place under the same file name and password, with the owner and mode of the old file; the node reads it within seconds.',
      'Assess again: Bulwark checks what the port serves.',
    );
  const which = listed(layers.map(({ layer }) => layerName[layer]));
  return manual(
    `The ${which} certificate was issued by ${issuer}, which is no authority that Bulwark made.`,
    'Ask whoever runs that authority for a certificate with every name that clients use, for a key that is made on this host.',
    'Put key and certificate in place under the same file names, with the owner and mode of the old files; the node reads them within seconds. A key that does not fit is loaded without a word, so check the pair first.',
    'Assess again: Bulwark checks what the port serves.',
  );
}

/** The files behind each layer, each set once; manual where one of them is not a place that Bulwark writes. */
function targetsOf(
  facts: Facts,
  install: EsInstall,
  layers: readonly LayerCertificates[],
): readonly Target[] | Manual {
  const found: Target[] = [];
  for (const { layer, leaves } of layers) {
    const files = filesOf(facts, install, layer);
    const [old] = leaves;
    if (old === undefined || 'type' in files) return old === undefined ? factsMissing : (files as Manual);
    const same = found.findIndex((one) => JSON.stringify(one.files) === JSON.stringify(files));
    const before = found[same];
    if (before === undefined) found.push({ files, layers: [layer], old });
    else found[same] = { ...before, layers: [...before.layers, layer] };
  }
  return found;
}

function filesOf(facts: Facts, install: EsInstall, layer: Layer): Files | Manual {
  const settings = knownValue(facts['es-settings'])?.settings ?? [];
  const named = (name: string) =>
    configured(install, settingValue(settings, `xpack.security.${layer}.ssl.${name}`));
  const [key, certificate, store] = [named('key'), named('certificate'), named('keystore.path')];
  if (store !== undefined) {
    const place = placeOf(facts, store, true);
    if (store !== `${install.pathConf}/${ownStore}` || place === undefined)
      return manual(
        `The password of ${store} is not in your vault, so Bulwark cannot write that store.`,
        'Issue the new certificate with the tool that made the store, under the same name and password.',
        'Assess again: Bulwark checks what the port serves.',
      );
    return { form: 'pkcs12', store: place, password: { from: 'vault', ref: nodeStoreRef } };
  }
  const places = [placeOf(facts, key, true), placeOf(facts, certificate, false)] as const;
  if (places[0] === undefined || places[1] === undefined)
    return manual(
      `Where the ${layerName[layer]} key and certificate lie could not be told, or they are links.`,
      'Put the files themselves where the settings name them, then assess again.',
    );
  return { form: 'pem', key: places[0], certificate: places[1] };
}

/** With the owner and mode of now; a key that others may read is closed to them by the way. */
function placeOf(facts: Facts, path: string | undefined, secret: boolean) {
  const file = knownValue(facts['es-files'])?.find((one) => one.path === path);
  if (file?.type !== 'file') return undefined;
  const mode = secret && !/^0[46][046]0$/.test(file.mode) ? '0640' : file.mode;
  return { path: file.path, owner: file.owner, group: file.group, mode };
}

function reissuing(facts: Facts, choices: Choices, targets: readonly Target[], controlId: string): Proposal {
  const install = installOf(facts);
  const old = targets.map((target) => target.old);
  const kept = [...new Set(old.flatMap(({ dnsNames, addresses }) => [...dnsNames, ...addresses]))];
  // Names that only the certificate of today tells are asked for: whoever holds the node may serve one that names others, and
  // would get one that clients trust.
  const known = knownNames(facts).map((use) => use.name);
  const today = kept.slice(0, 100).flatMap((name) => namesIn(name));
  const strange = [...new Set(today)].filter((name) => !isCovered(known, name));
  const suggested = known.slice(0, 100).join(' ');
  const wanted = chosenNames(
    [
      choices['certificateNames'] ?? suggested,
      ...(choices['otherNames']?.trim() === 'true' ? strange : []),
    ].join(' '),
  );
  const left = strange.filter((name) => wanted.ok && !isCovered(wanted.names, name));
  const unasked =
    strange.length > 0 && choices['otherNames'] === undefined && choices['certificateNames'] === undefined;
  const wish = choices['certificateKey']?.trim() ?? '';
  const keyType = keyTypes.find((type) => type === (wish === '' ? usual(old) : wish));
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
    ...(strange.length === 0
      ? []
      : [
          {
            name: 'otherNames',
            label: `Also for ${listed(strange, 100)}`,
            hint: 'Not confirmed: only the certificate of today tells of these names. Whoever has the key of this node could stand in for them, so tick this only when you know all of them, or enter those above that you know.',
            type: 'boolean',
            suggested: 'false',
          } as const,
        ]),
    {
      name: 'certificateKey',
      label: 'Kind of key',
      hint: 'p-256, or rsa-3072 for clients that do not know elliptic curves.',
      type: 'text',
      suggested: usual(old),
    },
  ];
  const broken = wanted.ok ? brokenBy(facts, wanted.names) : [];
  const more = {
    steps: [
      'Bulwark will make a new key for this node and issue its certificate by the authority in your vault, for two years.',
      ...(wanted.ok ? [`The certificate will be for ${listed(wanted.names, 12)}.`] : []),
      ...(broken.length > 0
        ? [`Refused will be who connects by ${broken.map((use) => `${use.name} (${use.who})`).join(', ')}.`]
        : []),
      ...(left.length > 0
        ? [`Left out, and refused from then on, is who connects by ${listed(left, 12)}.`]
        : []),
      'Bulwark will put both in place under the same file names, with the same owner and mode; the node reads them within seconds, without a restart.',
      'Bulwark will then shake hands with the ports and see that they serve the new certificate.',
    ],
    disturbs:
      'Nobody: open connections stay, new ones get the new certificate. Clients trust the same authority as before.',
    undo: 'Undo puts the old files back, with the same bytes, owner and mode, and the node reads them within seconds.',
    fixedTogetherWith: [
      'certificate-expiry',
      'certificate-names',
      'certificate-strength',
      'node-own-key',
    ].filter((id) => id !== controlId),
  };
  if (!wanted.ok || unasked || keyType === undefined || install === undefined)
    return { type: 'choices', choices: asked, ...more };
  const changes = targets.map((target): Change => {
    const layer = target.layers.includes('http') ? 'http' : 'transport';
    return {
      kind: 'certificate-install',
      // Nodes are client and server of one another.
      use: target.layers.includes('transport') ? 'transport' : 'http',
      files: target.files,
      key: { from: 'vault', ref: `es/reissued/${target.old.fingerprint256.slice(0, 16)}` },
      issue: {
        authorityRef,
        keyType,
        days: certificateDays,
        issuerName: target.old.issuer,
      },
      names: [...wanted.names],
      ...(layer === 'http' && knownValue(facts['node-answers'])?.http === 'tls'
        ? {
            served: {
              port: install.httpPort,
              ...(target.layers.includes('transport') ? { transportPort: install.transportPort } : {}),
            },
          }
        : {}),
    };
  });
  return { type: 'changes', changes, choices: asked, ...more };
}

/** None where it is no name that could be asked for. */
function namesIn(text: string): readonly string[] {
  const read = chosenNames(text);
  return read.ok ? read.names : [];
}

/** The kind of key that is there, where it is one that Bulwark makes. */
function usual(old: readonly CertificateDetail[]): (typeof keyTypes)[number] {
  return old.some(({ key }) => key.type === 'rsa') ? 'rsa-3072' : 'p-256';
}
