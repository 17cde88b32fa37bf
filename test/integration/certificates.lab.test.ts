/** Certificates of a serving node, as a store and as PEM files: replaced, refused, put back; openssl looks from outside. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { ChangeOf } from '../../shared/domain/change.ts';
import { Secret } from '../../shared/domain/secret.ts';
import { certificateInstall } from '../../shared/engine/changes/certificate-install/certificate-install.ts';
import { type Lab, openLab } from '../lab/index.ts';
import { authorityIn, type Issued, makeAuthority, type TestAuthority } from '../support/authority.ts';
import { applyTwice, type TestContext, undo, value } from '../support/change-harness.ts';
import { type LabBench, labBench } from '../support/lab-bench.ts';

vi.setConfig({ testTimeout: 900_000, hookTimeout: 900_000 });

type Change = ChangeOf<'certificate-install'>;
const certs = '/etc/elasticsearch/certs';
const keyRef = 'es/lab/http-key';
const passwordRef = 'es/lab/http-store';
const names = 'DNS:localhost,DNS:node-1,IP:127.0.0.1';

let lab: Lab;
let bench: LabBench;
let context: TestContext;
let authority: TestAuthority;
let storePassword: string;
const folder = mkdtempSync(join(tmpdir(), 'certificates-'));

/** One of the keys or certificates that openssl lists with its name. */
function listed(text: string, name: string, what: string): string {
  const block = text.split('Bag Attributes').find((one) => one.includes(`friendlyName: ${name}\n`)) ?? '';
  return new RegExp(`-----BEGIN ${what}-----[\\s\\S]*?-----END ${what}-----\n`).exec(block)?.[0] ?? '';
}

/** The authority that the node made for itself, out of its own store. */
async function ownAuthority(): Promise<TestAuthority> {
  const shown = await bench.see(
    'cd / && /usr/share/elasticsearch/bin/elasticsearch-keystore show xpack.security.http.ssl.keystore.secure_password',
  );
  storePassword = shown.trim().split('\n').at(-1) ?? '';
  const file = join(folder, 'http.p12');
  writeFileSync(file, Buffer.from(await bench.see(`base64 -w0 ${certs}/http.p12`), 'base64'));
  const all = execFileSync('openssl', ['pkcs12', '-in', file, '-passin', 'stdin', '-nodes'], {
    input: `${storePassword}\n`,
    stdio: 'pipe',
  }).toString();
  writeFileSync(join(folder, 'own.key'), listed(all, 'http_ca', 'PRIVATE KEY'));
  writeFileSync(join(folder, 'own.pem'), await bench.see(`cat ${certs}/http_ca.crt`));
  return authorityIn(folder, 'own');
}

beforeAll(async () => {
  lab = await openLab();
  bench = await labBench(await lab.up('package-default', { name: 'certificates' }));
  context = bench.context('certificate');
  authority = await ownAuthority();
  value(await context.secrets.put(passwordRef, new Secret(storePassword), 'store'));
});
afterAll(async () => {
  await bench.session.close();
  await lab.down();
  rmSync(folder, { recursive: true });
});

/** Fingerprint as openssl sees it on the port from outside the host. */
function served(): string {
  const out = execFileSync(
    'sh',
    [
      '-c',
      'openssl s_client -connect "$1" </dev/null 2>/dev/null | openssl x509 -noout -fingerprint -sha256',
      'sh',
      `${bench.host.address}:9200`,
    ],
    { stdio: 'pipe' },
  ).toString();
  return out.trim().split('=')[1] ?? '';
}

function fingerprint({ certPem }: Issued): string {
  const out = execFileSync('openssl', ['x509', '-noout', '-fingerprint', '-sha256'], { input: certPem });
  return out.toString().trim().split('=')[1] ?? '';
}

const pid = () => bench.see('systemctl show -p MainPID --value elasticsearch');

async function changeTo(issued: Issued, files: Change['files'], more: Partial<Change> = {}): Promise<Change> {
  value(await context.secrets.put(keyRef, new Secret(issued.keyPem), 'key'));
  return {
    kind: 'certificate-install',
    use: 'http',
    files,
    key: { from: 'vault', ref: keyRef },
    certificatePem: issued.certPem,
    caPem: authority.caPem,
    names: ['localhost', '127.0.0.1'],
    served: { port: 9200 },
    ...more,
  };
}

const own = { owner: 'root', group: 'elasticsearch' };
const store: Change['files'] = {
  form: 'pkcs12',
  store: { path: `${certs}/http.p12`, ...own, mode: '0660' },
  password: { from: 'vault', ref: passwordRef },
};
const pem: Change['files'] = {
  form: 'pem',
  key: { path: `${certs}/http.key`, ...own, mode: '0640' },
  certificate: { path: `${certs}/http.crt`, ...own, mode: '0644' },
};
const look = () => bench.print(`${certs}/http.p12`, `${certs}/http.key`, `${certs}/http.crt`);
const refused = { ok: false, error: { code: 'PRECONDITION_FAILED', hostState: 'unchanged' } };

/** Nothing of a refused certificate reaches the host, and the node goes on as before. */
async function refuses(change: Change, why: RegExp): Promise<void> {
  const was = [await look(), served(), await pid()];
  const inspected = await certificateInstall.inspect(change, context);
  expect(inspected).toMatchObject(refused);
  expect(JSON.stringify(inspected)).toMatch(why);
  expect(await certificateInstall.capture(change, context)).toMatchObject(refused);
  const before = new TextEncoder().encode('{"version":1,"files":[],"writes":{},"served":null}');
  expect(await certificateInstall.apply(change, before, context)).toMatchObject(refused);
  expect([await look(), served(), await pid()]).toEqual(was);
}

/** Replaced without a restart, seen from outside, put back to the same bytes and the same fingerprint. */
async function replacesAndUndoes(files: Change['files'], label: string): Promise<string> {
  const issued = authority.issue(label, { names });
  const change = await changeTo(issued, files);
  const was = [await look(), served(), await pid()];
  const applied = await applyTwice(certificateInstall, change, context);
  expect(served()).toBe(fingerprint(issued));
  expect(await pid()).toBe(was[2]);
  expect(
    JSON.stringify([applied.mark, value(await certificateInstall.inspect(change, context))]),
  ).not.toMatch(/PRIVATE/);
  value(await undo(certificateInstall, change, applied, context));
  expect([await look(), served(), await pid()]).toEqual(was);
  return served();
}

describe('the store of a serving node', () => {
  it('is refused before anything is written when it is not what it says', async () => {
    const good = authority.issue('good', { names });
    const other = authority.issue('other', { names });
    await refuses(await changeTo({ ...good, keyPem: other.keyPem }, store), /does not belong/);
    await refuses(await changeTo(authority.issue('old', { names, expired: true }), store), /expired/);
    await refuses(await changeTo(good, store, { names: ['search.example'] }), /search\.example/);
    const stranger = makeAuthority(folder, 'stranger').issue('theirs', { names });
    await refuses(await changeTo(stranger, store), /authority/);
    const misnamed = { ...store, store: { ...store.store, path: `${certs}/http.jks` } };
    await refuses(await changeTo(good, misnamed), /JKS/);
    const underneath = { ...store, store: { ...store.store, expects: '0'.repeat(64) } };
    expect(await certificateInstall.inspect(await changeTo(good, underneath), context)).toMatchObject({
      error: { code: 'FILE_CHANGED_UNDERNEATH' },
    });
  });

  it('is replaced without a restart and put back', async () => {
    const before = served();
    expect(await replacesAndUndoes(store, 'store')).toBe(before);
  });

  it('is put back by the engine’s own check when the node cannot open it', async () => {
    value(await context.secrets.put(passwordRef, new Secret('another-password'), 'store'));
    const change = await changeTo(authority.issue('locked', { names }), store);
    const was = [await look(), served()];
    const before = value(await certificateInstall.capture(change, context));
    const mark = value(await certificateInstall.apply(change, before, context));
    const verified = await certificateInstall.verify(change, mark, context);
    expect(verified).toMatchObject({ error: { code: 'VERIFY_FAILED' } });
    value(await undo(certificateInstall, change, { before, mark }, context));
    expect([await look(), served()]).toEqual(was);
    value(await context.secrets.put(passwordRef, new Secret(storePassword), 'store'));
  });
});

describe('PEM files', () => {
  it('appear, and go away, all together', async () => {
    const was = await look();
    const first = await changeTo(authority.issue('first', { names }), pem);
    const { served: _left, ...change } = first;
    const applied = await applyTwice(certificateInstall, change, context);
    expect(await look()).toContain('http.key root:elasticsearch 640');
    // One of the two was changed since: neither goes away.
    await bench.see(`echo >> ${certs}/http.crt`);
    const changed = await look();
    expect(await undo(certificateInstall, change, applied, context)).toMatchObject({
      error: { code: 'DRIFT' },
    });
    expect(await look()).toBe(changed);
    await bench.see(`truncate -s -1 ${certs}/http.crt`);
    value(await undo(certificateInstall, change, { ...applied, mark: undefined }, context));
    expect(await look()).toBe(was);
    expect(await bench.see(`ls -A ${certs} /run | grep bulwark- | grep -v lock || true`)).toBe('');
  });

  it('of a node that reads them are replaced without a restart and put back', async () => {
    const start = await changeTo(authority.issue('start', { names }), pem);
    const { served: _left, ...change } = start;
    const before = value(await certificateInstall.capture(change, context));
    const mark = value(await certificateInstall.apply(change, before, context));
    value(await certificateInstall.verify(change, mark, context));
    await bench.see(
      [
        `sed -i 's|^  keystore.path: certs/http.p12|  key: certs/http.key\\n  certificate: certs/http.crt|' /etc/elasticsearch/elasticsearch.yml`,
        'cd / && /usr/share/elasticsearch/bin/elasticsearch-keystore remove xpack.security.http.ssl.keystore.secure_password',
        'systemctl restart elasticsearch',
      ].join('\n'),
    );
    await expect
      .poll(() => bench.see('curl -sk -o /dev/null -w "%{http_code}" https://127.0.0.1:9200/ || true'), {
        timeout: 240_000,
        interval: 2000,
      })
      .toBe('401');
    await replacesAndUndoes(pem, 'second');
    const pair = await changeTo(authority.issue('wrong', { names }), pem);
    value(await context.secrets.put(keyRef, new Secret(authority.issue('foreign', { names }).keyPem), 'key'));
    await refuses(pair, /does not belong/);
  });

  it('of a stopped node are placed, and what it serves is not claimed', async () => {
    await bench.see('systemctl stop elasticsearch');
    const change = await changeTo(authority.issue('stopped', { names }), pem);
    const was = await look();
    const looked = value(await certificateInstall.inspect(change, context));
    expect(looked.words.join()).toContain('cannot be checked');
    const applied = await applyTwice(certificateInstall, change, context);
    expect(applied.mark['served']).toBe('not-seen');
    value(await undo(certificateInstall, change, applied, context));
    expect(await look()).toBe(was);
  });

  it('stay as they are when the disk is full', async () => {
    await bench.see(
      'mkdir /srv/small && mount -t tmpfs -o size=16k tmpfs /srv/small && head -c 12288 /dev/zero > /srv/small/filler',
    );
    const places: Change['files'] = {
      form: 'pem',
      key: { ...pem.key, path: '/srv/small/http.key' },
      certificate: { ...pem.certificate, path: '/srv/small/http.crt' },
    };
    const change = await changeTo(authority.issue('full', { names }), places);
    const before = value(await certificateInstall.capture(change, context));
    expect(await certificateInstall.apply(change, before, context)).toMatchObject({
      error: { code: 'DISK_FULL', hostState: 'unchanged' },
    });
    expect((await bench.see('ls -A /srv/small')).trim()).toBe('filler');
  });
});
