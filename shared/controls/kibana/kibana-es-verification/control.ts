import { knownValue } from '../../../domain/fact.ts';
import type { Facts } from '../../../domain/facts.ts';
import { reachOf } from '../../../text/address.ts';
import { type Choices, defineControl, type Proposal } from '../../define-control.ts';
import { evidence, failed, listed, passed, undecided } from '../../judging.ts';
import { type Effective, judgeSettings } from '../../kibana-judging.ts';
import { type Edit, kibanaChange, knownKibana, restartWords, undoWords } from '../../kibana-proposing.ts';
import { elasticsearchHosts, holdsLogin, withoutLogin } from '../../kibana-secrets.ts';
import { factsMissing, installOf, manual } from '../../proposing.ts';

const hosts = elasticsearchHosts;
const mode = 'elasticsearch.ssl.verificationMode';
const authorities = 'elasticsearch.ssl.certificateAuthorities';
const trust = ['elasticsearch.ssl.truststore.path', 'elasticsearch.ssl.keystore.path'] as const;
/** Kibana's settings reference. */
const usualHost = 'http://localhost:9200';

const hostsOf = (effective: Effective): readonly string[] => {
  const given = effective.given(hosts)?.values ?? [];
  return given.length === 0 ? [usualHost] : given;
};
const isClear = (url: string) => !/^https:\/\//i.test(url);

export default defineControl({
  words: {
    id: 'kibana-es-verification',
    area: 'kibana',
    title: 'Kibana verifies the certificate of Elasticsearch fully',
    severity: 'high',
    description:
      'Looks at elasticsearch.hosts and elasticsearch.ssl.verificationMode in kibana.yml and in the keystore: every address must be https, and the mode full, which is the default.',
    risk: 'Who gets between Kibana and Elasticsearch reads every search and the login of Kibana, and changes the answers. Without the check of chain and name a certificate of anybody’s will do.',
    references: [
      { title: 'Encrypt traffic between Kibana and Elasticsearch', publisher: 'Elastic' },
      { title: 'General settings in Kibana', publisher: 'Elastic' },
    ],
    fix: 'auto',
    blast: 'restart',
  },
  evaluate: (facts) =>
    judgeSettings(facts, ({ settings, effective, shown }) => {
      const urls = hostsOf(effective);
      const clear = urls.filter(isClear);
      const stated = effective.text(mode);
      const seen = [
        evidence(
          settings,
          hosts,
          `${urls.join(', ')}${effective.given(hosts) === undefined ? ' (default)' : ''}`,
        ),
        shown(mode, 'default: full'),
        shown(authorities, 'the authorities of the system'),
      ];
      if (clear.length > 0)
        return failed(
          `Kibana speaks plain HTTP to ${listed(clear.map(withoutLogin))}, so there is no certificate that it could verify.`,
          ...seen,
        );
      if (stated === 'none')
        return failed('Kibana takes any certificate for that of Elasticsearch.', ...seen);
      if (stated === 'certificate')
        return failed(
          'Kibana checks who issued the certificate of Elasticsearch and not whose it is: the name is not compared.',
          ...seen,
        );
      if (stated !== undefined && stated !== 'full')
        return undecided(
          `The setting ${mode} is ${stated}, which Kibana does not know. Correct it, then assess again.`,
          ...seen,
        );
      return passed('Kibana speaks https to Elasticsearch and checks issuer and name.', ...seen);
    }),
  propose,
});

function propose(facts: Facts, choices: Choices): Proposal {
  const found = knownKibana(facts);
  if (!found) return factsMissing;
  const { effective, kibana } = found;
  const urls = hostsOf(effective);
  const clear = urls.filter(isClear);
  // A change would hold the address as it is, and stands in the plan.
  if (clear.length > 0 && urls.some(holdsLogin))
    return manual(
      `An address in ${hosts} holds a login, which Bulwark does not write into a plan.`,
      `Take user and password out of ${hosts}, and store them as elasticsearch.username and elasticsearch.password with ${kibana.home}/bin/kibana-keystore add. Then assess again.`,
    );
  if (clear.length > 0 && !speaksTls(facts, clear))
    return manual(
      `Whether ${listed(clear.map(withoutLogin))} speaks TLS is not known from this host. As long as it does not, Kibana cannot speak https to it.`,
      'Secure Elasticsearch first (control http-tls).',
      `Copy the certificate of its authority to ${kibana.pathConf}, write ${authorities} and https addresses into kibana.yml, and restart Kibana.`,
    );
  const trusts =
    effective.text(authorities) !== undefined ||
    trust.some((key) => effective.text(key) !== undefined) ||
    // It verifies by the authorities of the system today; only the name is compared in addition.
    (clear.length === 0 && effective.text(mode) === 'certificate');
  const path = choices['authority']?.trim() ?? '';
  const more = {
    steps: [
      ...(clear.length > 0
        ? [
            `Bulwark will write https for ${listed(clear.map(withoutLogin))} into ${hosts}, with the same names and ports.`,
          ]
        : []),
      ...(trusts ? [] : [`Bulwark will write the authority that you name into ${authorities}.`]),
      `Bulwark will set ${mode} to full; everything else in kibana.yml stays as it is.`,
    ],
    disturbs: `${restartWords(kibana)} It does not come back to work where the certificate does not carry the name by which Kibana calls Elasticsearch, or comes from another authority.`,
    undo: undoWords,
  };
  const asked = {
    name: 'authority',
    label: 'Certificate of the authority of Elasticsearch',
    hint: `File in PEM form on this host that Kibana’s account may read, for example ${kibana.pathConf}/elasticsearch-ca.pem. Copy it there first.`,
    type: 'text',
    suggested: '',
  } as const;
  if (!trusts && !isThere(facts, path)) return { type: 'choices', choices: [asked], ...more };
  const edits: Edit[] = [
    ...(clear.length > 0
      ? [{ op: 'set' as const, key: hosts, value: urls.map((url) => url.replace(/^http:/i, 'https:')) }]
      : []),
    ...(trusts ? [] : [{ op: 'set' as const, key: authorities, value: [path] }]),
    { op: 'set', key: mode, value: 'full' },
  ];
  const stored = [hosts, mode].filter((key) => effective.given(key)?.inKeystore === true);
  return { type: 'changes', changes: [kibanaChange(found, { edits, remove: stored })], ...more };
}

/** Only files that were seen count: Kibana does not start with one that is missing. */
function isThere(facts: Facts, path: string): boolean {
  const kibana = knownValue(facts.kibana);
  const files = kibana ? knownValue(kibana.files) : undefined;
  return files?.some((file) => file.path === path && file.type === 'file') ?? false;
}

/** For certain: the node of this host answered by TLS, or every node of its cluster did, and these are its addresses. */
function speaksTls(facts: Facts, urls: readonly string[]): boolean {
  const install = installOf(facts);
  const answers = knownValue(facts['node-answers']);
  if (!install || answers?.http !== 'tls') return false;
  const addresses = knownValue(facts['host-system'])?.addresses ?? [];
  return urls.every((url) => {
    const { name, port } = partsOf(url);
    const own = name === 'localhost' || addresses.includes(name) || reachOf(name) === 'loopback';
    return own && port === install.httpPort;
  });
}

function partsOf(url: string): { readonly name: string; readonly port: number } {
  const [, name = '', port = '9200'] =
    /^[a-z]+:\/\/(?:[^@/]*@)?(\[[^\]]+\]|[^:/]+)(?::(\d+))?/i.exec(url) ?? [];
  return { name: name.replace(/^\[|\]$/g, ''), port: Number(port) };
}
