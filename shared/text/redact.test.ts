import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isSecretName, redact } from './redact.ts';

const canary = 'Canary-77x!tZ';

describe('isSecretName', () => {
  it.each([
    'xpack.security.http.ssl.keystore.password',
    'xpack.security.authc.realms.ldap.l1.bind_password',
    'xpack.security.http.ssl.secure_key_passphrase',
    'ELASTIC_PASSWORD',
    'KEYSTORE_PASSWORD',
    's3.client.default.secret_key',
    's3.client.default.access_key',
    'cluster.remote.one.credentials',
    'bootstrap.password',
    'keystore.seed',
    'javax.net.ssl.trustStorePassword',
    'api_key',
    'apiKey',
    'rp.client_secret',
    'token',
    'seed',
    'azure.client.default.key',
    'xpack.notification.slack.account.ops.secure_url',
    'es.net.http.header.Authorization',
  ])('%s holds a secret', (name) => expect(isSecretName(name)).toBe(true));

  it.each([
    'xpack.security.authc.password_hashing.algorithm',
    'xpack.security.authc.token.enabled',
    'xpack.security.authc.token.timeout',
    'xpack.security.http.ssl.keystore.path',
    'cluster.name',
    'xpack.security.authc.api_key.enabled',
    'xpack.security.http.ssl.key',
    'path.data',
    'discovery.seed_hosts',
    'discovery.seed_providers',
    'xpack.security.authc.realms.ldap.l1.authorization_realms',
    'ES_KEYSTORE_PASSPHRASE_FILE.path',
  ])('%s does not', (name) => expect(isSecretName(name)).toBe(false));
});

describe('redact', () => {
  it.each([
    `xpack.security.http.ssl.keystore.password: ${canary}`,
    `  password: "${canary}"`,
    `# bind_password: ${canary}`,
    `ELASTIC_PASSWORD=${canary}`,
    `-Djavax.net.ssl.trustStorePassword=${canary}`,
    `java -Xms1g -Dmy.password=${canary} -jar x`,
    `Environment=ES_JAVA_OPTS=-Dmy.secret=${canary}`,
    `Authorization: Bearer Q2FuYXJ5NzdmZmY`,
    `https://elastic:${canary}@node:9200/`,
    `root:$6$salt$${canary}:19000`,
    `-----BEGIN RSA PRIVATE KEY-----\n${canary}\n-----END RSA PRIVATE KEY-----`,
    `-----BEGIN PRIVATE KEY-----\n${canary}`,
    `${canary}\nabc\n-----END EC PRIVATE KEY-----`,
    `java -Dmy.password="a ${canary}`,
    `java -Dmy.password=a,${canary} -jar x`,
    `java -Dmy.password=a"${canary}" -jar x`,
    `Environment="ELASTIC_PASSWORD=two ${canary}" "A=b"`,
    `{"password":"a\\"${canary}"}`,
    `{"detail":"{\\"password\\": \\"${canary} x\\"}"}`,
    `+ bind_password: two ${canary}`,
    `-   bind_password: two ${canary}`,
    `password: |-\n  ${canary}\n\n  ${canary}`,
    `password:\n  ${canary}`,
    `client_secrets:\n- ${canary}`,
    `"tokens": [\n  "${canary}"\n]`,
    `https://elastic:a@${canary}@node:9200/`,
    `curl -H 'authorization: bearer ${canary}'`,
    `xpack.encryptedSavedObjects.keyRotation.decryptionOnlyKeys: ["${canary}"]`,
    `decryptionOnlyKeys:\n  - "${canary}"`,
    `decryptionOnlyKeys: ["a",\n  "${canary}"]`,
    `elasticsearch.customHeaders: {"x-auth": "${canary}"}`,
    `elasticsearch.customHeaders:\n  x-auth: ${canary}`,
    `secrets:\n  user: a\n  webhookUrl: https://hooks/${canary}`,
    `secretAccessKey: ${canary}`,
    `password: "a\n  ${canary}"`,
    `password: a\n  ${canary}`,
  ])('takes the value out of %s', (text) => {
    expect(redact(text)).not.toContain(canary);
    expect(redact(text)).not.toContain('Q2FuYXJ5NzdmZmY');
    expect(redact(text)).toContain('[secret]');
  });

  it.each([
    'cluster.name: lab\nxpack.security.enabled: false\nhttp.port: 9200',
    'discovery.seed_hosts: ["10.0.0.1", "10.0.0.2"]',
    'xpack.security.authc.token:\n  enabled: true\nnode.name: one',
    'https://node:9200/_cluster and root@host',
  ])('keeps what is not secret: %s', (text) => expect(redact(text)).toBe(text));

  it('leaves the lines after a value alone', () => {
    expect(redact('- password: one\n  user: two\n- three')).toBe(
      '- password: [secret]\n  user: two\n- three',
    );
    expect(redact('password: one\n# two\nnode: x')).toBe('password: [secret]\n# two\nnode: x');
  });

  it('leaves the lines after a block alone', () => {
    expect(redact('password: |\n  one\n  two\nnode.name: x')).toBe(
      'password: |\n  [secret]\n  [secret]\nnode.name: x',
    );
  });

  it.each([
    'a',
    ' ',
    'a-',
    '-',
    'a.',
    ' #',
    '"',
    'a"',
    "password='",
    'a=',
    'token:',
    '://a:',
    'a@',
    '\\',
    'a\\"',
    '-----BEGIN ',
    '-----BEGIN PRIVATE KEY-----',
    '-----END ',
    '-----END PRIVATE KEY-----',
    'password_hashing',
    '.cache.a',
    'Basic ',
    'authorization: ',
    '$5$a',
    'password:\n ',
    '- ',
  ])('takes time in proportion to the length of repeated %j', (piece) => {
    const text = piece.repeat(Math.ceil(1_000_000 / piece.length));
    const begun = performance.now();
    redact(text);
    redact(`x${text}!`);
    expect(performance.now() - begun).toBeLessThan(2000);
  });

  it('removes known values wherever they stand', () => {
    fc.assert(
      fc.property(
        fc.stringMatching(/^[A-Za-z0-9!%+,.-]{8,20}$/),
        fc.string(),
        fc.string(),
        (secret, before, after) => {
          expect(redact(`${before}${secret}${after}`, [secret])).not.toContain(secret);
        },
      ),
    );
  });
});
