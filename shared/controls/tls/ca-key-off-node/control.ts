import type { CertificateDetail } from '../../../domain/certificate.ts';
import type { EsInstall } from '../../../domain/elasticsearch.ts';
import type { Facts } from '../../../domain/facts.ts';
import { settingValue } from '../../../text/yaml-settings.ts';
import { type CertificateSeen, configured, layers } from '../../certificates-in-use.ts';
import { type Choices, defineControl, type Evaluation, type Proposal } from '../../define-control.ts';
import {
  enrollmentChoice,
  enrollmentIsOver,
  nobodyToEnrol,
  noMoreTokens,
  takeAuthorityKey,
} from '../../enrolling.ts';
import { evidence, failed, judgeNode, listed, notApplicable, passed, undecided } from '../../judging.ts';
import { factsMissing, installOf, manual } from '../../proposing.ts';

export default defineControl({
  words: {
    id: 'ca-key-off-node',
    area: 'tls',
    title: 'No private key of a certificate authority lies on the node',
    severity: 'high',
    description:
      'Compares every private key below the configuration directory with the certificates of authorities there, and reads the node’s own list of what its stores hold. The set-up of Elasticsearch leaves the key of the HTTP authority in http.p12, because enrolling further nodes needs it.',
    risk: 'Who gets into one node can issue certificates for any other one, and so stand in for the whole cluster.',
    references: [
      { title: 'Start the Elastic Stack with security enabled automatically', publisher: 'Elastic' },
      { title: 'elasticsearch-certutil', publisher: 'Elastic' },
    ],
    fix: 'guided',
    blast: 'reload',
  },
  evaluate: (facts) =>
    judgeNode(facts, ['es-settings', 'node-answers', 'certificate-files'], (install, seen) =>
      judge(install.value, seen),
    ),
  propose,
});

function propose(facts: Facts, choices: Choices): Proposal {
  const install = installOf(facts);
  const found = {
    settings: facts['es-settings'],
    answers: facts['node-answers'],
    files: facts['certificate-files'],
  };
  if (
    install === undefined ||
    found.settings?.status !== 'known' ||
    found.answers?.status !== 'known' ||
    found.files?.status !== 'known'
  )
    return factsMissing;
  const seen: CertificateSeen = {
    'es-settings': found.settings,
    'node-answers': found.answers,
    'certificate-files': found.files,
  };
  const store = storeToEmpty(install, seen);
  if (store === undefined) return byHand;
  const more = {
    steps: [
      'Bulwark will read the store of the HTTP certificate with its password from the keystore, and put the authority with its key into your vault.',
      'Bulwark will replace the store by one with the same password, the node’s own key and chain, and the certificate of the authority. What the store was is kept in the workspace only.',
      'Elasticsearch reads the store again within seconds; Bulwark will see that the port serves the same certificates and that one private key is left.',
      noMoreTokens,
    ],
    disturbs: 'Nobody: the node does not restart and serves the same certificate as before.',
    undo: 'Undo puts the old store back, with the same bytes, owner and mode. The authority’s key lies on the node again, and enrolling works again while it is switched on.',
  };
  const over = nobodyToEnrol(facts);
  const asked = [enrollmentChoice(over)];
  return enrollmentIsOver(choices, over)
    ? { type: 'changes', changes: [takeAuthorityKey(install, store)], choices: asked, ...more }
    : { type: 'choices', choices: asked, ...more };
}

const byHand = manual(
  'The key lies in a file, or in another store than that of the HTTP certificate, and only you know what it is there for.',
  'Keep the key: copy the store or key file to a place that only you can read, off the nodes.',
  'In a store, delete the entry: keytool -delete -alias NAME -keystore FILE, on a copy with the owner and mode of the original, which you then move over the original. The node reads it again within seconds.',
  'Key files in PEM form are deleted, where no setting names them.',
  'Assess again.',
);

/** The store of the HTTP certificate, where the one and only authority’s key on the node is in it. */
function storeToEmpty(install: EsInstall, seen: CertificateSeen): string | undefined {
  const { settings } = seen['es-settings'].value;
  const store = configured(install, settingValue(settings, 'xpack.security.http.ssl.keystore.path'));
  const inOthers = listedAuthorities(seen).some((one) => configured(install, one.path) !== store);
  const inFiles = keyFilesOfAuthorities(seen).length > 0;
  return store !== undefined && /\.(?:p12|pfx|pkcs12)$/.test(store) && !inOthers && !inFiles
    ? store
    : undefined;
}

function judge(install: EsInstall, seen: CertificateSeen): Evaluation {
  const files = seen['certificate-files'].value;
  const answers = seen['node-answers'].value;
  const certificates = certificatesSeen(seen);
  const inUse = configuredPaths(install, seen);
  const found = [
    ...keyFilesOfAuthorities(seen).map(({ path, subject }) => `${path} has the key of ${subject}`),
    ...listedAuthorities(seen).map((one) => `${one.path} has the key of ${one.subject}`),
  ];
  const shown = [
    evidence(
      seen['certificate-files'],
      'Files with a private key',
      listed(
        files.keys.map(({ path }) => path),
        20,
      ) || 'none',
    ),
    evidence(seen['certificate-files'], 'Stores and archives', listed(files.stores, 20) || 'none'),
    evidence(
      seen['node-answers'],
      'The node’s own list of certificates',
      answers.certificates === undefined
        ? 'not told'
        : listed(
            answers.certificates
              .filter((one) => one.hasPrivateKey)
              .map((one) => `${one.path}: key of ${one.subject}`),
            20,
          ) || 'no private key',
    ),
  ];
  const none =
    files.keys.length === 0 &&
    files.stores.length === 0 &&
    !(answers.certificates ?? []).some((one) => one.hasPrivateKey);
  if (none) return notApplicable('No private key lies on the node, so none of an authority.', ...shown);
  if (found.length > 0) return failed(`An authority’s key lies on the node: ${listed(found)}.`, ...shown);
  const odd = files.keys.filter(
    ({ path, keyHash }) =>
      !(keyHash !== undefined && certificates.some((one) => one.keyHash === keyHash)) &&
      !(keyHash === undefined && inUse.has(path)),
  );
  const stores = files.stores.filter((path) => !(inUse.has(path) && answers.certificates !== undefined));
  if (odd[0] !== undefined)
    return undecided(
      `Whose key ${listed(odd.map(({ path }) => path))} holds could not be told: it has a passphrase, there is no openssl on the host, or no certificate here belongs to it. Move it off the node unless the node needs it.`,
      ...shown,
    );
  const unread = stores.filter((path) => inUse.has(path));
  if (unread.length > 0)
    return undecided(
      `What ${listed(unread)} holds is told by the node to a login only. Give a login for the node, then assess again.`,
      ...shown,
    );
  if (stores.length > 0)
    return undecided(
      `The node does not use ${listed(stores)}, which may hold the key of an authority. Move it off the node.`,
      ...shown,
    );
  return passed('Every private key on the node is a node’s own.', ...shown);
}

function certificatesSeen(seen: CertificateSeen): readonly CertificateDetail[] {
  const answers = seen['node-answers'].value;
  const served = layers.flatMap((layer) => answers.tls?.[layer]?.chain ?? []);
  return [...served, ...seen['certificate-files'].value.pem.flatMap((file) => file.certificates)];
}

function keyFilesOfAuthorities(seen: CertificateSeen) {
  const certificates = certificatesSeen(seen);
  return seen['certificate-files'].value.keys.flatMap(({ path, keyHash }) => {
    const own = certificates.filter((one) => one.keyHash === keyHash);
    return own.some((one) => one.authority) ? [{ path, subject: own[0]?.subject ?? '' }] : [];
  });
}

/** Entries with a key that stand for themselves, or that others in the list were issued by. */
function listedAuthorities(seen: CertificateSeen) {
  const answers = seen['node-answers'].value;
  const all = answers.certificates ?? [];
  const served = layers.flatMap((layer) => answers.tls?.[layer]?.chain[0] ?? []);
  const leaf = (serial: string) => served.some((one) => one.serial === serial && !one.authority);
  return all.filter(
    (one) =>
      one.hasPrivateKey &&
      !leaf(one.serial) &&
      (one.subject === one.issuer ||
        all.some((other) => other.issuer === one.subject && other.serial !== one.serial)),
  );
}

function configuredPaths(install: EsInstall, seen: CertificateSeen): ReadonlySet<string> {
  const { settings } = seen['es-settings'].value;
  const names = ['key', 'keystore.path', 'truststore.path'];
  return new Set(
    layers.flatMap((layer) =>
      names.flatMap(
        (name) => configured(install, settingValue(settings, `xpack.security.${layer}.ssl.${name}`)) ?? [],
      ),
    ),
  );
}
