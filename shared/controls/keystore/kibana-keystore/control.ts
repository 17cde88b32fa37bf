import type { Facts } from '../../../domain/facts.ts';
import { defineControl, type Proposal } from '../../define-control.ts';
import { counted, evidence, failed, listed, passed } from '../../judging.ts';
import { judgeKibana, judgePart } from '../../kibana-judging.ts';
import { kibanaChange, knownKibana, restartWords, undoWords } from '../../kibana-proposing.ts';
import {
  elasticsearchHosts,
  elasticsearchPassword,
  isMovable,
  moveToKeystore,
  replacesLogin,
  secretsInYml,
} from '../../kibana-secrets.ts';
import { factsMissing, manual } from '../../proposing.ts';

export default defineControl({
  words: {
    id: 'kibana-keystore',
    area: 'keystore',
    title: 'The secrets of Kibana are in its keystore',
    severity: 'high',
    description:
      'Looks for passwords, tokens, encryption keys and addresses with a login in kibana.yml and among the arguments with which Kibana is started. Values are dropped while reading.',
    risk: 'Configuration files are copied into backups, tickets and repositories. With them goes the login of Kibana and the key to every secret that users have saved in it.',
    references: [{ title: 'Secure settings of Kibana', publisher: 'Elastic' }],
    fix: 'auto',
    blast: 'restart',
  },
  evaluate: (facts) =>
    judgeKibana(facts, (kibana) =>
      judgePart(kibana.value.settings, (settings) =>
        judgePart(kibana.value.keystore, (keystore) => {
          const secrets = secretsInYml({ settings: settings.value });
          const arguments_ = kibana.value.overrides.filter((name) => secretArgument.test(name));
          const stored = keystore.value.entries.filter(({ secretLike }) => secretLike);
          const seen = [
            evidence(
              settings,
              'secrets in kibana.yml',
              secrets.length === 0
                ? 'none'
                : secrets.map(({ key, line }) => `${key} (line ${line})`).join(', '),
            ),
            evidence(
              keystore,
              'secrets in the keystore',
              keystore.value.exists
                ? stored.map(({ name }) => name).join(', ') || 'none'
                : 'there is no keystore',
            ),
          ];
          if (secrets.length > 0)
            return failed(
              `${counted(secrets.length, 'secret stands', 'secrets stand')} in clear text in kibana.yml: ${listed(secrets.map(({ key }) => key))}.`,
              ...seen,
            );
          if (arguments_.length > 0)
            return failed(
              `Kibana is started with a secret as an argument (${listed(arguments_)}), which every account on the host can read.`,
              ...seen,
            );
          return passed('No secret stands in kibana.yml.', ...seen);
        }),
      ),
    ),
  propose,
});

const secretArgument = /(?:password|passphrase|secret|token|encryptionKey)$/i;

function propose(facts: Facts): Proposal {
  const found = knownKibana(facts);
  if (!found) return factsMissing;
  const { kibana } = found;
  const secrets = secretsInYml(found);
  // Who logs in as the superuser gets another login: its password is not worth moving.
  const replaced = replacesLogin(facts, found);
  const movable = secrets.filter(
    ({ key }) => isMovable(found, key) && !(replaced && key === elasticsearchPassword),
  );
  const rest = secrets.filter((one) => !movable.includes(one));
  const byHand = rest.map(({ key, line }) =>
    replaced && key === elasticsearchPassword
      ? `${key} goes with the login as elastic (control kibana-service-account).`
      : key === elasticsearchHosts
        ? `Take user and password out of the addresses in ${key}, kibana.yml, line ${line}, and store them as elasticsearch.username and elasticsearch.password with ${kibana.home}/bin/kibana-keystore add.`
        : `Take ${key} out of kibana.yml, line ${line}, and store it with ${kibana.home}/bin/kibana-keystore add.`,
  );
  if (movable.length === 0)
    return manual(
      secrets.length === 0
        ? 'The secret stands among the arguments with which Kibana is started; where those come from is not Bulwark’s to say.'
        : 'What stands in kibana.yml is not a single value that the keystore can take as it is.',
      ...byHand,
      `Store what is an argument today with ${kibana.home}/bin/kibana-keystore add, take it out of the unit, and restart Kibana.`,
    );
  const moves = movable.map((secret) => moveToKeystore(found, secret));
  return {
    type: 'changes',
    changes: [
      kibanaChange(found, {
        edits: moves.flatMap(({ edits }) => edits),
        set: moves.flatMap(({ set }) => set),
      }),
    ],
    steps: [
      `Bulwark will put ${listed(movable.map(({ key }) => key))} into ${kibana.pathConf}/kibana.keystore, with the values of today.`,
      'Bulwark will take their lines out of kibana.yml; everything else in it stays as it is.',
      ...byHand.map((step) => `By hand: ${step}`),
      'Change passwords and tokens afterwards: who could read the file knows the old ones. Encryption keys stay as they are, because saved objects would become unreadable.',
    ],
    disturbs: restartWords(kibana),
    undo: `${undoWords} The secrets then stand in clear text again.`,
  };
}
