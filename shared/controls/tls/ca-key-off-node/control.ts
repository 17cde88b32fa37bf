import type { EsInstall } from '../../../domain/elasticsearch.ts';
import { settingValue } from '../../../text/yaml-settings.ts';
import { type CertificateSeen, configured, layers } from '../../certificates-in-use.ts';
import { defineControl, type Evaluation } from '../../define-control.ts';
import { evidence, failed, judgeNode, listed, passed, undecided } from '../../judging.ts';
import { manual } from '../../proposing.ts';

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
    fix: 'manual',
    blast: 'reload',
  },
  evaluate: (facts) =>
    judgeNode(facts, ['es-settings', 'node-answers', 'certificate-files'], (install, seen) =>
      judge(install.value, seen),
    ),
  propose: () =>
    manual(
      'The key is needed to enrol further nodes and Kibana, and only you know whether that is finished.',
      'Finish enrolling: afterwards neither nodes nor Kibana can join with an enrolment token.',
      'Keep the key: copy the store or key file to a place that only you can read, off the nodes.',
      'In http.p12, delete the entry: keytool -delete -alias http_ca -keystore http.p12, on a copy with the owner and mode of the original; the password is the entry xpack.security.http.ssl.keystore.secure_password of the keystore.',
      'Move the copy over the original; the node reads it again within seconds. Key files in PEM form are deleted.',
      'Assess again.',
    ),
});

function judge(install: EsInstall, seen: CertificateSeen): Evaluation {
  const files = seen['certificate-files'].value;
  const answers = seen['node-answers'].value;
  const served = layers.flatMap((layer) => answers.tls?.[layer]?.chain ?? []);
  const certificates = [...served, ...files.pem.flatMap((file) => file.certificates)];
  const inUse = configuredPaths(install, seen);
  const found = [
    ...files.keys.flatMap(({ path, keyHash }) => {
      const own = certificates.filter((one) => one.keyHash === keyHash);
      return own.some((one) => one.authority) ? [`${path} has the key of ${own[0]?.subject ?? ''}`] : [];
    }),
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
