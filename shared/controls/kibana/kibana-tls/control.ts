import { knownValue } from '../../../domain/fact.ts';
import type { Facts } from '../../../domain/facts.ts';
import { isIpv4, isIpv6, reachOf } from '../../../text/address.ts';
import { isOn } from '../../../text/yaml-settings.ts';
import { type Choices, defineControl, type Proposal } from '../../define-control.ts';
import { failed, passed, undecided } from '../../judging.ts';
import { judgeSettings } from '../../kibana-judging.ts';
import { type Edit, kibanaChange, knownKibana, restartWords, undoWords } from '../../kibana-proposing.ts';
import { factsMissing } from '../../proposing.ts';

const enabled = 'server.ssl.enabled';
const certificate = 'server.ssl.certificate';
const key = 'server.ssl.key';
const store = 'server.ssl.keystore.path';
const publicUrl = 'server.publicBaseUrl';

export default defineControl({
  words: {
    id: 'kibana-tls',
    area: 'kibana',
    title: 'Browsers reach Kibana by TLS',
    severity: 'high',
    description:
      'Looks at server.ssl in kibana.yml and in the keystore. A Kibana that listens to this host alone may leave TLS to a proxy on it, when server.publicBaseUrl says https.',
    risk: 'Passwords, session cookies and every page of Kibana cross the network in clear text. Who listens takes over the session of an administrator.',
    references: [
      { title: 'Encrypt traffic between your browser and Kibana', publisher: 'Elastic' },
      { title: 'General settings in Kibana', publisher: 'Elastic' },
    ],
    fix: 'guided',
    blast: 'restart',
  },
  evaluate: (facts) =>
    judgeSettings(facts, ({ effective, shown }) => {
      const host = effective.text('server.host') ?? 'localhost';
      const seen = [
        shown(enabled, 'default: false'),
        shown('server.host', 'default: localhost'),
        shown(publicUrl, 'no default'),
      ];
      if (isOn(effective.text(enabled))) {
        const pair = effective.text(certificate) !== undefined && effective.text(key) !== undefined;
        return pair || effective.text(store) !== undefined
          ? passed('Kibana serves TLS itself.', ...seen)
          : undecided(
              `The setting ${enabled} is true without a certificate and key, with which Kibana does not start. Add them, then assess again.`,
              ...seen,
            );
      }
      if (!isLoopback(host)) return failed(`Kibana listens on ${host} and speaks plain HTTP.`, ...seen);
      const address = effective.text(publicUrl);
      if (address !== undefined && /^https:\/\//i.test(address))
        return passed(
          `Kibana listens to this host alone; browsers reach it by ${address} through a proxy.`,
          ...seen,
        );
      return undecided(
        `Kibana listens to this host alone and speaks plain HTTP; whether a proxy before it speaks TLS is recorded nowhere. Write the https address of the proxy into ${publicUrl}, then assess again.`,
        ...seen,
      );
    }),
  propose,
});

function isLoopback(host: string): boolean {
  const name = host.replace(/^\[|\]$/g, '').toLowerCase();
  return name === 'localhost' || ((isIpv4(name) || isIpv6(name)) && reachOf(name) === 'loopback');
}

function propose(facts: Facts, choices: Choices): Proposal {
  const found = knownKibana(facts);
  if (!found) return factsMissing;
  const { kibana, effective } = found;
  const ready =
    effective.text(store) !== undefined ||
    (effective.text(certificate) !== undefined && effective.text(key) !== undefined);
  const paths = [choices['certificate']?.trim() ?? '', choices['key']?.trim() ?? ''] as const;
  const files = knownValue(kibana.files) ?? [];
  const there = paths.every((path) => files.some((file) => file.path === path && file.type === 'file'));
  const more = {
    steps: [
      ready
        ? 'Bulwark will switch TLS on with the certificate that kibana.yml names already.'
        : 'Bulwark will switch TLS on with the certificate and key that you name.',
      'Everything else in kibana.yml stays as it is.',
    ],
    disturbs: `${restartWords(kibana)} Browsers, health checks and proxies have to use https from then on.`,
    undo: undoWords,
  };
  if (!ready && !there)
    return {
      type: 'choices',
      choices: [
        {
          name: 'certificate',
          label: 'Certificate of Kibana',
          hint: `File in PEM form below ${kibana.pathConf} on this host, with the names by which browsers call Kibana. Copy it there first, then assess again.`,
          type: 'text',
          suggested: '',
        },
        {
          name: 'key',
          label: 'Private key of this certificate',
          hint: `File in PEM form below ${kibana.pathConf} without a passphrase, readable by Kibana’s account only.`,
          type: 'text',
          suggested: '',
        },
      ],
      ...more,
    };
  const edits: Edit[] = [
    ...(ready
      ? []
      : [
          { op: 'set' as const, key: certificate, value: paths[0] },
          { op: 'set' as const, key, value: paths[1] },
        ]),
    { op: 'set', key: enabled, value: true },
  ];
  const stored = effective.given(enabled)?.inKeystore === true ? [enabled] : [];
  return { type: 'changes', changes: [kibanaChange(found, { edits, remove: stored })], ...more };
}
