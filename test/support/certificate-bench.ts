/** A node whose key and certificate lie in files: for tests of placing others. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import type { ChangeOf } from '../../shared/domain/change.ts';
import { succeed } from '../../shared/domain/result.ts';
import { Secret } from '../../shared/domain/secret.ts';
import { makeAuthority } from './authority.ts';
import { type TestContext, testContext, value } from './change-harness.ts';
import { FakeClock } from './memory-ports.ts';
import { NodeHost } from './node-host.ts';

type Change = ChangeOf<'certificate-install'>;

export const folder = mkdtempSync(join(tmpdir(), 'certificate-install-'));
export const authority = makeAuthority(folder, 'one');
export const names = 'DNS:localhost,IP:127.0.0.1';
export const old = authority.issue('old', { names });
export const next = authority.issue('next', { names });
export const keyPath = '/etc/es/http.key';
export const certificatePath = '/etc/es/http.crt';
export const refused = { ok: false, error: { code: 'PRECONDITION_FAILED', hostState: 'unchanged' } };

const { username, gid } = userInfo();
const group = statSync(folder).gid === gid ? String(gid) : username;

/** The folder of certificates that the whole file shares: once, after all tests. */
export function removeAuthority(): void {
  rmSync(folder, { recursive: true });
}

export class CertificateBench {
  readonly host = new NodeHost();
  readonly context: TestContext = testContext(this.host, { clock: new FakeClock(Date.now()) });
  own: { readonly owner: string; readonly group: string } = { owner: username, group };

  async prepare(): Promise<this> {
    const { host, context } = this;
    host.place(keyPath, old.keyPem, 0o600);
    host.place(certificatePath, old.certPem, 0o640);
    const before = await host.run({
      name: 'own',
      script: 'stat -c "%U %G" -- "$1"',
      args: [keyPath],
      privileged: false,
      deadlineSeconds: 10,
    });
    const [owner = username, ownGroup = group] = new TextDecoder()
      .decode(value(before).stdout)
      .trim()
      .split(' ');
    this.own = { owner, group: ownGroup };
    value(await context.secrets.put('key', new Secret(next.keyPem), 'key'));
    return this;
  }

  change(more: Partial<Change> = {}): Change {
    return {
      kind: 'certificate-install',
      use: 'http',
      files: {
        form: 'pem',
        key: { path: keyPath, ...this.own, mode: '0640' },
        certificate: { path: certificatePath, ...this.own, mode: '0644' },
        authority: { path: '/etc/es/ca.crt', ...this.own, mode: '0644' },
      },
      key: { from: 'vault', ref: 'key' },
      certificatePem: next.certPem,
      caPem: authority.caPem,
      names: ['localhost', '127.0.0.1'],
      ...more,
    };
  }

  /** Bytes and modes of everything in the folder. */
  look(): readonly string[] {
    return readdirSync(this.host.path('/etc/es'))
      .sort()
      .map((name) => {
        const path = this.host.path(`/etc/es/${name}`);
        return `${name} ${(statSync(path).mode & 0o7777).toString(8)} ${readFileSync(path, 'latin1')}`;
      });
  }

  /** A node that serves this certificate; `caPem` pinned or not. */
  serving(certPem: () => string): void {
    this.host.answer = () => {
      const pem = certPem();
      const fingerprint256 = this.context.certificates.summary(pem)?.fingerprint256.toUpperCase() ?? '';
      const spaced = fingerprint256.match(/../g)?.join(':') ?? '';
      const link = {
        subject: '',
        issuer: '',
        fingerprint256: spaced,
        notBefore: '',
        notAfter: '',
        names: [],
        pem,
      };
      return succeed({
        status: 401,
        headers: {},
        body: new Uint8Array(),
        peer: { protocol: 'TLSv1.3', cipher: 'x', chain: [link], authorized: true },
      });
    };
  }
}
