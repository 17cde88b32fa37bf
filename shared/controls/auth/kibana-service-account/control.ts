import type { Facts } from '../../../domain/facts.ts';
import { defineControl, type Proposal } from '../../define-control.ts';
import { failed, passed } from '../../judging.ts';
import { judgeSettings } from '../../kibana-judging.ts';
import {
  type Edit,
  type KnownKibana,
  kibanaChange,
  knownKibana,
  restartWords,
  undoWords,
} from '../../kibana-proposing.ts';
import {
  elasticsearchPassword,
  elasticsearchToken,
  elasticsearchUser,
  kibanaSystemRef,
  replacesLogin,
} from '../../kibana-secrets.ts';
import { factsMissing, type Manual, manual } from '../../proposing.ts';

export default defineControl({
  words: {
    id: 'kibana-service-account',
    area: 'auth',
    title: 'Kibana logs in to Elasticsearch by a service account token or as kibana_system',
    severity: 'critical',
    description:
      'Looks at elasticsearch.username and elasticsearch.serviceAccountToken in kibana.yml and in the keystore. What another user may do is not looked at: Kibana needs none.',
    risk: 'As elastic, whoever reads Kibana’s configuration or breaks into Kibana owns the whole cluster: every index, every user, every snapshot.',
    references: [
      { title: 'Service accounts', publisher: 'Elastic' },
      { title: 'Configure security in Kibana', publisher: 'Elastic' },
    ],
    fix: 'guided',
    blast: 'restart',
  },
  evaluate: (facts) =>
    judgeSettings(facts, ({ effective, shown }) => {
      const user = effective.text(elasticsearchUser);
      const token = effective.text(elasticsearchToken) !== undefined;
      const password = effective.text(elasticsearchPassword) !== undefined;
      const seen = [
        shown(elasticsearchUser, 'no default'),
        shown(elasticsearchPassword, 'no default'),
        shown(elasticsearchToken, 'no default'),
      ];
      if (user === 'elastic') return failed('Kibana logs in as the superuser elastic.', ...seen);
      if (token && user !== undefined)
        return failed(`Kibana has a token and the user ${user}; it does not start with both.`, ...seen);
      if (token) return passed('Kibana logs in by a service account token.', ...seen);
      if (user === undefined) return failed('Kibana has no login of its own for Elasticsearch.', ...seen);
      if (user !== 'kibana_system' && user !== 'kibana')
        return failed(
          `Kibana logs in as ${user}, which is not the account that Elasticsearch has for it.`,
          ...seen,
        );
      if (!password) return failed(`Kibana logs in as ${user} without a password.`, ...seen);
      return passed(
        user === 'kibana'
          ? 'Kibana logs in as kibana, the older name of kibana_system with the same rights.'
          : 'Kibana logs in as kibana_system.',
        ...seen,
      );
    }),
  propose,
});

function propose(facts: Facts): Proposal {
  const found = knownKibana(facts);
  if (!found) return factsMissing;
  const { effective, kibana } = found;
  const user = effective.text(elasticsearchUser);
  const more = { disturbs: restartWords(kibana), undo: undoWords };
  if (user !== undefined && effective.text(elasticsearchToken) !== undefined)
    return {
      type: 'changes',
      changes: [withoutLines(found, [elasticsearchUser, elasticsearchPassword])],
      steps: [
        'Bulwark will take user and password out of kibana.yml and the keystore: the token stays and is used.',
      ],
      ...more,
    };
  if (!replacesLogin(facts, found)) return byHand(found);
  const stated = found.settings.settings.some(({ key }) => key === elasticsearchPassword);
  return {
    type: 'changes',
    changes: [
      kibanaChange(found, {
        edits: [
          { op: 'set', key: elasticsearchUser, value: 'kibana_system' },
          ...(stated ? [{ op: 'remove' as const, key: elasticsearchPassword }] : []),
        ],
        set: [{ name: elasticsearchPassword, value: { from: 'vault', ref: kibanaSystemRef } }],
        remove: effective.given(elasticsearchUser)?.inKeystore === true ? [elasticsearchUser] : [],
      }),
    ],
    steps: [
      'Bulwark will write the user kibana_system into kibana.yml and its password from your vault into Kibana’s keystore.',
      'This needs the password of kibana_system in the vault. Where it is not there, set it first (control builtin-passwords, or bin/elasticsearch-reset-password -u kibana_system).',
      'Change the password of elastic afterwards: who could read Kibana’s configuration knows it.',
    ],
    ...more,
  };
}

function withoutLines(found: KnownKibana, keys: readonly string[]) {
  const edits: Edit[] = keys
    .filter((key) => found.settings.settings.some((setting) => setting.key === key))
    .map((key) => ({ op: 'remove', key }));
  const remove = keys.filter((key) => found.effective.given(key)?.inKeystore === true);
  return kibanaChange(found, { edits, remove });
}

function byHand({ kibana, effective }: KnownKibana): Manual {
  const tool = `${kibana.home}/bin/kibana-keystore`;
  const lines = [elasticsearchUser, elasticsearchPassword].filter(
    (key) => effective.given(key) !== undefined,
  );
  return manual(
    'The login has to be made on Elasticsearch, which is not on this host or gives it to an administrator only.',
    'On Elasticsearch, as an administrator: POST /_security/service/elastic/kibana/credential/token/kibana-1 (one name for each Kibana). It answers with the token once.',
    `On this host: run ${tool} add elasticsearch.serviceAccountToken and paste the token${lines.length > 0 ? `, then take ${lines.join(' and ')} out of kibana.yml` : ''}.`,
    'Restart Kibana and assess again.',
  );
}
