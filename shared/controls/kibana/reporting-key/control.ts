import { defineControl } from '../../define-control.ts';
import { judgeKey, type KeyWords, proposeKey } from '../../kibana-keys.ts';

const key: KeyWords = {
  name: 'xpack.reporting.encryptionKey',
  about: 'reports',
  without: 'reports that were asked for before a restart, or from another Kibana, fail',
};

export default defineControl({
  words: {
    id: 'reporting-key',
    area: 'kibana',
    title: 'Kibana has a key for reports, in its keystore and the same on every Kibana',
    severity: 'medium',
    description:
      'Looks for xpack.reporting.encryptionKey in the keystore and in kibana.yml: at least 32 characters, and equal on all hosts of the workspace. The keys are compared in memory only.',
    risk: 'Reports are made with the rights of the user who asked, kept encrypted with this key. Without a lasting key they fail after each restart; a short one can be guessed.',
    references: [{ title: 'Reporting settings in Kibana', publisher: 'Elastic' }],
    fix: 'auto',
    blast: 'restart',
  },
  evaluate: (facts) => judgeKey(facts, key),
  propose: (facts) => proposeKey(facts, key),
});
