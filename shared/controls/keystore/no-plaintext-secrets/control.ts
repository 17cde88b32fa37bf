import type { Change } from '../../../domain/change.ts';
import { knownValue } from '../../../domain/fact.ts';
import type { Facts, PlaintextSecret } from '../../../domain/facts.ts';
import { type Choices, defineControl, type Proposal } from '../../define-control.ts';
import { counted, evidence, failed, judgeNode, listed, passed } from '../../judging.ts';
import { factsMissing, installOf, manual, noUnit } from '../../proposing.ts';
import { proposeSecuring, readiness } from '../../securing.ts';

export default defineControl({
  words: {
    id: 'no-plaintext-secrets',
    area: 'keystore',
    title: 'No secret stands in clear text in settings, JVM options, environment or unit files',
    severity: 'critical',
    description:
      'Looks for settings, variables and remarks whose names are those of passwords, keys and tokens in elasticsearch.yml, jvm.options, environment files and the unit. Their values are dropped while reading.',
    risk: 'Configuration files end up in backups, tickets and repositories, and are read by more people and programs than a keystore.',
    references: [{ title: 'Secure settings', publisher: 'Elastic' }],
    fix: 'auto',
    blast: 'restart',
  },
  evaluate: (facts) =>
    judgeNode(facts, ['plaintext-secrets'], (_install, seen) => {
      const secrets = seen['plaintext-secrets'].value;
      if (secrets.length === 0)
        return passed(
          'No secret was found in clear text.',
          evidence(seen['plaintext-secrets'], 'secrets in clear text', 'none found'),
        );
      const shown = secrets.map((secret) =>
        evidence(
          { ...seen['plaintext-secrets'], where: `${secret.file}, line ${secret.line}` },
          secret.name,
          secret.where === 'comment' ? 'in clear text, in a remark' : 'in clear text',
        ),
      );
      return failed(
        `${counted(secrets.length, 'secret stands', 'secrets stand')} in clear text in ${listed([...new Set(secrets.map((secret) => secret.file))])}.`,
        ...shown,
      );
    }),
  propose,
});

const tlsSetting = /^xpack\.security\.(?:http|transport)\.ssl\./;

function propose(facts: Facts, choices: Choices): Proposal {
  const install = installOf(facts);
  const secrets = knownValue(facts['plaintext-secrets']);
  const yml = knownValue(facts['es-settings']);
  if (!install || !secrets || !yml) return factsMissing;
  const movable = secrets.flatMap((secret) =>
    secret.where === 'elasticsearch.yml' &&
    secret.keystoreName !== undefined &&
    !yml.duplicates.includes(secret.name)
      ? [{ ...secret, keystoreName: secret.keystoreName }]
      : [],
  );
  const rest = secrets.filter(
    (secret) => !movable.some((one) => one.name === secret.name && one.line === secret.line),
  );
  const byHand = rest.map(handStep);
  if (movable.length === 0)
    return manual(
      'These secrets have no place in the keystore, or stand where Bulwark does not edit.',
      ...byHand,
      rotate(secrets),
    );
  // On an open node TLS secrets of an unfinished set-up would stop the next start; its own set-up replaces them all.
  if (movable.every((secret) => tlsSetting.test(secret.name)) && !('type' in readiness(facts)))
    return proposeSecuring(facts, choices, 'security-enabled');
  if (install.unit === undefined) return noUnit('move secrets');
  const changes: readonly Change[] = [
    {
      kind: 'keystore-entry',
      install,
      set: movable.map((secret) => ({
        name: secret.keystoreName,
        value: { from: 'yaml-setting', path: secret.file, key: secret.name },
      })),
      remove: [],
      ensure: true,
    },
    {
      kind: 'yaml-setting',
      path: yml.path,
      edits: movable.map((secret) => ({ op: 'remove', key: secret.name })),
      expects: yml.digest,
    },
    { kind: 'service-restart', unit: install.unit, install, rehearse: true },
  ];
  return {
    type: 'changes',
    changes,
    steps: [
      `Bulwark will put ${listed(movable.map((secret) => secret.name))} into the keystore as ${listed(movable.map((secret) => secret.keystoreName))}.`,
      `Bulwark will take the lines out of ${yml.path}; everything else in it stays as it is.`,
      'Bulwark will start the new configuration once beside the running node, then restart the service and wait until it answers.',
      ...byHand.map((step) => `By hand: ${step}`),
      rotate(secrets),
    ],
    disturbs:
      'The node restarts once: it is away for about a minute, often less. Clients of this node notice.',
    undo: 'Undo restores elasticsearch.yml and the keystore together and restarts the node. The secrets then stand in clear text again.',
  };
}

function handStep(secret: PlaintextSecret): string {
  if (secret.where === 'comment')
    return `Delete the remark with ${secret.name} in ${secret.file}, line ${secret.line}.`;
  const place = `${secret.file}, line ${secret.line}`;
  if (secret.keystoreName !== undefined)
    return `Put ${secret.name} into the keystore (bin/elasticsearch-keystore add ${secret.keystoreName}), then take it out of ${place}, and restart the node.`;
  return `Take ${secret.name} out of ${place}; Elasticsearch’s keystore has no entry for it. ${elsewhere[secret.where]}`;
}

/** What reads it there, and so where it may go. */
const elsewhere: Readonly<Record<Exclude<PlaintextSecret['where'], 'comment'>, string>> = {
  'elasticsearch.yml': 'See which feature reads it, and whether it is still used.',
  'jvm-options':
    'Java alone reads it: where it is needed, name a file of its own, closed to others, in place of the value.',
  environment:
    'Where elasticsearch.yml takes it from there (as ${NAME}), write the secure setting into the keystore and take that line out, too.',
  unit: 'Every user of the host can read it with systemctl show: move it to a file of its own that systemd hands over (LoadCredential=).',
};

function rotate(secrets: readonly PlaintextSecret[]): string {
  return `Change ${listed([...new Set(secrets.map((secret) => secret.name))], 20)} afterwards: who could read the file knows the old value.`;
}
