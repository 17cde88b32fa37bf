import { expect, it } from 'vitest';
import { canary, readFact, unknownFact } from '../../../test/support/fact-probe.ts';
import { plaintextSecrets } from './source.ts';

it('plaintext-secrets names every place and no value', () => {
  const text = `@@ yml /c/elasticsearch.yml\nx.ssl.keystore.password: ${canary}\n# y.password: ${canary}\n\n@@ jvm-options /c/jvm.options\n-Dz.secret=${canary}\n\n@@ environment /etc/default/elasticsearch\nELASTIC_PASSWORD=${canary}\n\n@@ unit /etc/systemd/system/es.service\n[Service]\nEnvironment=API_KEY=${canary}\n\n`;
  const secrets = readFact(plaintextSecrets, text);
  expect(secrets.map((secret) => [secret.where, secret.line, secret.name])).toEqual([
    ['elasticsearch.yml', 1, 'x.ssl.keystore.password'],
    ['comment', 2, 'y.password'],
    ['jvm-options', 1, 'z.secret'],
    ['environment', 1, 'ELASTIC_PASSWORD'],
    ['unit', 2, 'API_KEY'],
  ]);
  expect(JSON.stringify(secrets)).not.toContain(canary);
  expect(unknownFact(plaintextSecrets, '@@ closed /c/elasticsearch.yml\n')).toMatch(/root only/);
});
