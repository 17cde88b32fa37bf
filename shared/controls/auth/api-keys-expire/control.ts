import { knownValue } from '../../../domain/fact.ts';
import { defineControl } from '../../define-control.ts';
import { judgeIdentities } from '../../identities.ts';
import { counted, evidence, failed, listed, passed } from '../../judging.ts';
import { manual } from '../../proposing.ts';

export default defineControl({
  words: {
    id: 'api-keys-expire',
    area: 'auth',
    title: 'API keys expire and have privileges of their own',
    severity: 'medium',
    description:
      'Reads which API keys are valid, whether they expire, and whether they are limited. A key without limits of its own has all rights of its owner.',
    risk: 'A key that never expires works for whoever finds it, years later, also when its owner was disabled long ago.',
    references: [{ title: 'Create API keys', publisher: 'Elastic' }],
    fix: 'guided',
    blast: 'none',
  },
  evaluate: (facts) =>
    judgeIdentities(facts, ['apiKeys'], [], ({ apiKeys }, answers) => {
      const named = (list: typeof apiKeys) =>
        listed(
          list.map(({ name, owner }) => `${name} of ${owner}`),
          10,
        );
      const lasting = apiKeys.filter((key) => !key.expires);
      const unlimited = apiKeys.filter((key) => key.unlimited === true);
      const untold = apiKeys.filter((key) => key.unlimited === undefined);
      const shown = [
        evidence(answers, 'valid API keys', String(apiKeys.length)),
        evidence(answers, 'never expire', named(lasting) || 'none'),
        evidence(answers, 'have all rights of their owner', named(unlimited) || 'none'),
      ];
      const faults = [
        ...(lasting.length > 0
          ? [`${counted(lasting.length, 'key never expires', 'keys never expire')}`]
          : []),
        ...(unlimited.length > 0
          ? [`${counted(unlimited.length, 'key has', 'keys have')} all rights of the owner`]
          : []),
      ];
      if (faults.length > 0) return failed(`Of the API keys ${faults.join(', and ')}.`, ...shown);
      if (untold.length > 0)
        return {
          outcome: 'unknown',
          summary: `The keys expire, and this version does not tell what ${counted(untold.length, 'of them', 'of them')} may do. Look at them, or make them anew after the upgrade.`,
          evidence: shown,
        };
      return passed(
        apiKeys.length === 0 ? 'There are no API keys.' : 'All API keys expire and have limits of their own.',
        ...shown,
      );
    }),
  propose: (facts) => {
    const keys = knownValue(facts['node-answers'])?.identities?.apiKeys ?? [];
    const bad = keys.filter((key) => !key.expires || key.unlimited === true);
    return manual(
      'Who uses a key is not told by the node, and only its owner can give it an end; anybody else can only invalidate it. Nothing was changed.',
      'Make a new key with an expiration and few privileges for whoever uses the old one (POST /_security/api_key).',
      `Then invalidate the old ones: ${listed(
        bad.map(({ name }) => name),
        20,
      )} (DELETE /_security/api_key), or let the owner give them an end (PUT /_security/api_key/ID).`,
    );
  },
});
