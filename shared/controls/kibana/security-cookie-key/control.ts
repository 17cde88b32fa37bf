import { defineControl } from '../../define-control.ts';
import { judgeKey, type KeyWords, proposeKey } from '../../kibana-keys.ts';

const key: KeyWords = {
  name: 'xpack.security.encryptionKey',
  about: 'sessions',
  without: 'users are logged out at every restart and whenever another Kibana answers them',
};

export default defineControl({
  words: {
    id: 'security-cookie-key',
    area: 'kibana',
    title: 'Kibana has a key for sessions, in its keystore and the same on every Kibana',
    severity: 'medium',
    description:
      'Looks for xpack.security.encryptionKey in the keystore and in kibana.yml: at least 32 characters, and equal on all hosts of the workspace. The keys are compared in memory only.',
    risk: 'Without a key of its own Kibana makes one at every start: users are logged out, and behind a load balancer they are logged out again and again.',
    references: [{ title: 'Security settings in Kibana', publisher: 'Elastic' }],
    fix: 'auto',
    blast: 'restart',
  },
  evaluate: (facts) => judgeKey(facts, key),
  propose: (facts) => proposeKey(facts, key),
});
