import { defineControl } from '../../define-control.ts';
import { judgeKey, type KeyWords, proposeKey } from '../../kibana-keys.ts';

const key: KeyWords = {
  name: 'xpack.encryptedSavedObjects.encryptionKey',
  about: 'saved objects',
  without: 'secrets of alerts, connectors and Fleet cannot be read by every Kibana and after every restart',
};

export default defineControl({
  words: {
    id: 'saved-objects-key',
    area: 'kibana',
    title: 'Kibana has a key for saved objects, in its keystore and the same on every Kibana',
    severity: 'high',
    description:
      'Looks for xpack.encryptedSavedObjects.encryptionKey in the keystore and in kibana.yml: at least 32 characters, and equal on all hosts of the workspace. The keys are compared in memory; neither they nor anything made of them is written down.',
    risk: 'Without a key of its own Kibana makes one at every start. Alerts, connectors and Fleet lose what they have stored, and two Kibanas cannot read each other’s secrets.',
    references: [{ title: 'Secure saved objects', publisher: 'Elastic' }],
    fix: 'auto',
    blast: 'restart',
  },
  evaluate: (facts) => judgeKey(facts, key),
  propose: (facts) => proposeKey(facts, key),
});
