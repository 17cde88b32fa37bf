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
  ])('takes the value out of %s', (text) => {
    expect(redact(text)).not.toContain(canary);
    expect(redact(text)).not.toContain('Q2FuYXJ5NzdmZmY');
    expect(redact(text)).toContain('[secret]');
  });

  it('keeps what is not secret', () => {
    const text = 'cluster.name: lab\nxpack.security.enabled: false\nhttp.port: 9200';
    expect(redact(text)).toBe(text);
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
