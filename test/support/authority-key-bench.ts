/** A node whose `http.p12` holds the key of its authority, as Elasticsearch's own set-up leaves it: for tests of taking it off. */
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { certificateChecker } from '../../electron/adapters/pki/certificate-checker.ts';
import type { ChangeOf } from '../../shared/domain/change.ts';
import { succeed } from '../../shared/domain/result.ts';
import { Secret } from '../../shared/domain/secret.ts';
import { makeAuthority } from './authority.ts';
import { type TestContext, testContext, value } from './change-harness.ts';
import { install } from './facts.ts';
import { FakeClock, MemorySecrets } from './memory-ports.ts';
import { NodeHost } from './node-host.ts';
import { storeOfSetUp } from './store-of-set-up.ts';

const folder = mkdtempSync(join(tmpdir(), 'authority-key-'));
export const authority = makeAuthority(folder, 'one');
export const node = authority.issue('node', { names: 'DNS:localhost,IP:127.0.0.1' });
export const caKeyPem = readFileSync(join(folder, 'one.key'), 'utf8');
export const password = new Secret('-Canary9word_of-the-store');
const setUp = storeOfSetUp({ ...node, caPem: authority.caPem, caKeyPem }, password);
export const withoutAuthority = value(certificateChecker.withoutAuthorityKeys(setUp, password)).store;

export const ref = 'es/local/http-authority';
export const conf = '/etc/elasticsearch';
export const store = `${conf}/certs/http.p12`;
export const change: ChangeOf<'es-authority-key'> = {
  kind: 'es-authority-key',
  install: { ...install, home: '/usr/share/elasticsearch', pathConf: conf },
  store,
  authorityRef: ref,
};
export const refused = { ok: false, error: { code: 'PRECONDITION_FAILED', hostState: 'unchanged' } };

/** The folder of certificates that the whole file shares: once, after all tests. */
export function removeAuthority(): void {
  rmSync(folder, { recursive: true });
}

export function keystore(isProtected = false): Uint8Array {
  // Header of the format: Lucene's codec words, format 7, whether it has a password.
  const text = 'elasticsearch.keystore';
  return Uint8Array.from([
    0x3f,
    0xd7,
    0x6c,
    0x17,
    text.length,
    ...new TextEncoder().encode(text),
    0,
    0,
    0,
    7,
    isProtected ? 1 : 0,
    0,
    0,
    0,
  ]);
}

export class AuthorityKeyBench {
  readonly host = new NodeHost();
  readonly secrets = new MemorySecrets();
  readonly context: TestContext = testContext(this.host, {
    clock: new FakeClock(Date.now()),
    secrets: this.secrets,
  });
  /** What `_ssl/certificates` says; undefined: 403. */
  listed: readonly { path: string; has_private_key: boolean }[] | undefined = [
    { path: 'certs/http.p12', has_private_key: true },
    { path: 'certs/http.p12', has_private_key: false },
    { path: 'certs/transport.p12', has_private_key: true },
  ];
  served: readonly string[] = [node.certPem, authority.caPem];

  async prepare(): Promise<this> {
    const { host, context } = this;
    host.place(store, setUp, 0o660);
    host.place(`${conf}/elasticsearch.yml`, 'cluster.name: a\n');
    host.place(`${conf}/elasticsearch.keystore`, keystore(), 0o660);
    // The vendor's tool: nothing else may be asked of it.
    host.place(
      `${change.install.home}/bin/elasticsearch-keystore`,
      `#!/bin/sh
[ "$*" = "show xpack.security.http.ssl.keystore.secure_password" ] || exit 64
printf %s '${password.reveal()}'
`,
      0o755,
    );
    host.place('/run/there', '');
    chmodSync(host.path('/run'), 0o755);
    host.answer = ({ path }) =>
      succeed({
        status: path === '/_ssl/certificates' && this.listed !== undefined ? 200 : 403,
        headers: {},
        body: new TextEncoder().encode(JSON.stringify(this.listed ?? {})),
        peer: {
          protocol: 'TLSv1.3',
          cipher: 'x',
          authorized: true,
          chain: this.served.map((pem) => ({
            subject: '',
            issuer: '',
            fingerprint256: context.certificates.summary(pem)?.fingerprint256.toUpperCase() ?? '',
            notBefore: '',
            notAfter: '',
            names: [],
            pem,
          })),
        },
      });
    value(await context.secrets.put(`es/${host.hostId}/elastic`, new Secret('word'), 'login'));
    return this;
  }

  /** Bytes and modes of everything beside the store. */
  look(): readonly string[] {
    return readdirSync(this.host.path(`${conf}/certs`)).map((name) => {
      const path = this.host.path(`${conf}/certs/${name}`);
      return `${name} ${(statSync(path).mode & 0o7777).toString(8)} ${readFileSync(path, 'latin1')}`;
    });
  }

  /** What the vault keeps of authorities that were displaced. */
  earlier(): readonly string[] {
    return [...this.secrets.values]
      .flatMap(([name, kept]) => (name.startsWith(`${ref}/previous/`) ? [kept.value.reveal()] : []))
      .sort();
  }

  keysNow(): readonly string[] | undefined {
    return this.context.certificates.storeKeys(readFileSync(this.host.path(store)));
  }
}
