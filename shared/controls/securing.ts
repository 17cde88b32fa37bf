/**
 * How an open node is secured, chosen by what is found: by Elasticsearch's own auto-configuration where nothing of the
 * operator's can be lost by it, with certificates of an own authority where the node holds data, is one of several, or has no
 * set-up of its own; everywhere else the vendor's manual way is told. Either way one change fixes five controls at once.
 */
import type { EsInstall } from '../domain/elasticsearch.ts';
import { knownValue } from '../domain/fact.ts';
import type { Facts, YamlSettingFact } from '../domain/facts.ts';
import { atLeast } from '../text/version.ts';
import { settingValue } from '../text/yaml-settings.ts';
import { ownSetUp } from './certificates-in-use.ts';
import type { Choices, Proposal } from './define-control.ts';
import { joinableClusters } from './joining.ts';
import { proposeOwnCertificates } from './own-certificates.ts';
import { type OwnSetUp, proposeOwnSetUp } from './own-set-up.ts';
import { factsMissing, installOf, type Manual, manual, noUnit } from './proposing.ts';
import { type WholeCluster, wholeCluster } from './whole-cluster.ts';

export const securedTogether = [
  'security-enabled',
  'transport-tls',
  'http-tls',
  'builtin-passwords',
  'keystore-present',
] as const;
export type SecuredTogether = (typeof securedTogether)[number];

/** The way that fits the node. Only for a node that is not secured yet. */
export function proposeSecuring(facts: Facts, choices: Choices, control: SecuredTogether): Proposal {
  const ready = readiness(facts);
  if ('type' in ready) return ready;
  const fixedTogetherWith = securedTogether.filter((id) => id !== control);
  if (ready.way === 'own-certificates')
    return proposeOwnCertificates(facts, choices, { ...ready, fixedTogetherWith });
  return proposeOwnSetUp(facts, choices, { ...ready, fixedTogetherWith });
}

type Ready = OwnSetUp | OwnCertificates;

interface OwnCertificates {
  readonly way: 'own-certificates';
  readonly install: EsInstall;
  /** Why Elasticsearch's own set-up is not used; a whole sentence. */
  readonly why: string;
  /** All nodes of the cluster, which are secured together. */
  readonly cluster?: WholeCluster;
  /** The node asks for passwords, over plain HTTP. */
  readonly asksAlready?: true;
}

/** Which way may be taken here; where none, the reason and the manual way. */
export function readiness(facts: Facts): Ready | Manual {
  const install = installOf(facts);
  const yml = knownValue(facts['es-settings']);
  if (!install || !yml) return factsMissing;
  const { settings } = yml;
  const answers = knownValue(facts['node-answers']);
  const asks = answers?.securityEnabled === true;
  if (asks && answers.http !== 'clear')
    return byHand('The node already asks for passwords, so its own security set-up does not run any more.');
  const whole =
    answers?.nodeCount !== undefined && answers.nodeCount > 1
      ? wholeCluster(facts, answers.nodeCount)
      : undefined;
  if (whole !== undefined && 'type' in whole) return whole;
  const memberOnly = whole === undefined && isJoining(settings);
  if (memberOnly && joinableClusters(facts).length === 0) return asAWhole;
  if (install.unit === undefined) return noUnit('secure it');
  const given = knownValue(facts['es-process'])?.argumentsShown.filter((one) => one.startsWith('-E')) ?? [];
  if (given.length > 0)
    return byHand(
      'The node is started with settings on its command line (-E), which outrank elasticsearch.yml.',
    );
  if (yml.symlink)
    return byHand(`${yml.path} is a symbolic link; Elasticsearch’s own set-up only changes a regular file.`);
  if (yml.duplicates.length > 0)
    return byHand(
      `${yml.duplicates.join(', ')} is given more than once in ${yml.path}; which one is meant is for you to say.`,
    );
  const stores = settings.filter((one) =>
    /^xpack\.security\.(?:http|transport)\.ssl\..*(?:path|certificate|key|certificate_authorities|password|passphrase)$/.test(
      one.key,
    ),
  );
  // Left of its own set-up, which was switched off again: nobody is served by them, and no file of them is lost.
  const unused =
    answers?.securityEnabled === false &&
    answers.http === 'clear' &&
    stores.every(isOwnSetUps) &&
    isSetUpsAuthorityThere(facts, install);
  if (stores.length > 0 && !unused)
    return byHand(
      'TLS was set up on this node before; its certificates and passwords should be used, not replaced.',
      'Compare the certificates, set xpack.security.enabled: true, restart the node, and reset the password of elastic (bin/elasticsearch-reset-password -u elastic).',
    );
  if (asks) return halfSecured(facts, install);
  const why =
    whole === undefined
      ? whyNotOwnSetUp(facts, install, settings)
      : `The node is one of ${whole.hosts.length} in a cluster, which is secured as a whole.`;
  if (why === undefined)
    return {
      way: 'auto-configuration',
      install,
      setAsideData: dataState(facts, install) === 'housekeeping',
      memberOnly,
    };
  if (memberOnly) return asAWhole;
  if (answers?.securityEnabled !== false || answers.nodeCount === undefined)
    return byHand(
      `${why} The other assisted way counts the documents of the running node first, and this one does not say what it holds.`,
      'Start the node and wait until it answers, then assess again.',
    );
  if (knownValue(facts.keystore)?.passwordProtected === true)
    return byHand('The keystore is protected by a password that Bulwark does not have.');
  return { way: 'own-certificates', install, why, ...(whole === undefined ? {} : { cluster: whole }) };
}

/** A line as Elasticsearch's own set-up writes it (seen on 8.19.21 and 9.5.3). */
function isOwnSetUps({ values }: YamlSettingFact): boolean {
  return values.every((value) => /^certs\/(?:http|transport)\.p12$/.test(value));
}

/**
 * The certificate that its own set-up leaves beside its stores. Anybody may call a store of theirs `certs/http.p12`, and what is
 * in one cannot be seen without its password.
 */
function isSetUpsAuthorityThere(facts: Facts, { pathConf }: EsInstall): boolean {
  const authorities = knownValue(facts['certificate-files'])?.pem.find(
    ({ path }) => path === `${pathConf}/certs/http_ca.crt`,
  );
  return (
    authorities?.certificates.some(({ subject, issuer }) => ownSetUp.test(subject) && issuer === subject) ===
    true
  );
}

/** A node that asks for passwords in clear. Whether one is known (its own seed is, until somebody gives elastic another) is found out when it is planned. */
function halfSecured(facts: Facts, install: EsInstall): Ready | Manual {
  if (knownValue(facts.keystore)?.passwordProtected === true)
    return byHand('The keystore is protected by a password that Bulwark does not have.');
  return {
    way: 'own-certificates',
    install,
    why: 'The node asks for passwords but sends them and the documents in clear, and Elasticsearch’s own security set-up does not run any more on a node that has been in use.',
    asksAlready: true,
  };
}

/** Undefined: Elasticsearch's own set-up runs here and loses nothing. */
function whyNotOwnSetUp(
  facts: Facts,
  install: EsInstall,
  settings: readonly YamlSettingFact[],
): string | undefined {
  if (!atLeast(install.version, '8.0.0'))
    return `Elasticsearch ${install.version} has no security set-up of its own (it came with 8.0).`;
  const roles = settings.find((one) => one.key === 'node.roles')?.values;
  if (roles !== undefined && !(roles.includes('master') && roles.some((role) => role.startsWith('data'))))
    return 'The node is not master and data node in one, so its own security set-up does not run.';
  const data = dataState(facts, install);
  const indices = knownValue(facts['node-answers'])?.userIndices;
  if (data === 'operator')
    return `The node holds data${indices === undefined ? '' : ` (${indices} ${indices === 1 ? 'index' : 'indices'})`}, and its own security set-up only runs on an empty node.`;
  return data === 'unknown' ? 'Whether the node holds data could not be told.' : undefined;
}

/** `housekeeping`: cluster state and hidden indices that the node makes again by itself. */
export function dataState(
  facts: Facts,
  install: EsInstall,
): 'empty' | 'housekeeping' | 'operator' | 'unknown' {
  const directories = knownValue(facts['data-directories']);
  const own = install.pathData.map((path) => directories?.find((one) => one.path === path));
  if (own.every((one) => one?.empty === true)) return 'empty';
  const indices = knownValue(facts['node-answers'])?.userIndices;
  if (indices !== undefined) return indices === 0 ? 'housekeeping' : 'operator';
  if (own.every((one) => one !== undefined && (one.empty || one.indices === 0))) return 'housekeeping';
  return own.some((one) => (one?.indices ?? 0) > 0) ? 'operator' : 'unknown';
}

function isJoining(settings: readonly YamlSettingFact[]): boolean {
  if (settingValue(settings, 'discovery.type') === 'single-node') return false;
  const values = (key: string) => settings.find((one) => one.key === key)?.values ?? [];
  const local = /^(?:127\.|\[?::1|localhost|_local_)/;
  const seeds = values('discovery.seed_hosts').filter((host) => !local.test(host));
  return (
    seeds.length > 0 ||
    values('cluster.initial_master_nodes').length > 1 ||
    settingValue(settings, 'discovery.seed_providers') !== undefined
  );
}

const asAWhole = byHand(
  'The settings make this node a member of a cluster, which has to be secured as a whole.',
);

/** The vendor's way for nodes with data and for clusters. */
function byHand(reason: string, ...first: readonly string[]): Manual {
  return manual(
    `${reason} Nothing was changed.`,
    ...(first.length > 0
      ? first
      : [
          'Back up the configuration directory and the keystore together, and take a snapshot.',
          'Make a certificate authority and certificates (bin/elasticsearch-certutil ca, cert, http) and copy them into the configuration directory, readable by the service user.',
          'Write the ….ssl.enabled: false lines, then the keystore entries, then the whole TLS block, and restart once with security still off to test it.',
          'Set xpack.security.enabled: true on every node and restart all nodes together.',
          'Set the passwords of the built-in users (bin/elasticsearch-reset-password), then give clients https, the authority and credentials.',
        ]),
  );
}
