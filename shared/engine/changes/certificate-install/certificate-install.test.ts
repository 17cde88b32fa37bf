import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import { makeAuthority } from '../../../../test/support/authority.ts';
import {
  applyTwice,
  type TestContext,
  testContext,
  undo,
  value,
} from '../../../../test/support/change-harness.ts';
import { FakeClock } from '../../../../test/support/memory-ports.ts';
import { NodeHost } from '../../../../test/support/node-host.ts';
import { type ChangeOf, changeSchema } from '../../../domain/change.ts';
import { appError } from '../../../domain/error.ts';
import { fail, succeed } from '../../../domain/result.ts';
import { Secret } from '../../../domain/secret.ts';
import type { ChangeKind } from '../../change-kind.ts';
import { isThere } from '../../is-there.ts';
import { certificateInstall } from './certificate-install.ts';

type Change = ChangeOf<'certificate-install'>;

const folder = mkdtempSync(join(tmpdir(), 'certificate-install-'));
afterAll(() => rmSync(folder, { recursive: true }));
const authority = makeAuthority(folder, 'one');
const names = 'DNS:localhost,IP:127.0.0.1';
const old = authority.issue('old', { names });
const next = authority.issue('next', { names });

const { username, gid } = userInfo();
const group = statSync(folder).gid === gid ? String(gid) : username;
const keyPath = '/etc/es/http.key';
const certificatePath = '/etc/es/http.crt';

let host: NodeHost;
let context: TestContext;
let own: { readonly owner: string; readonly group: string };

beforeEach(async () => {
  host = new NodeHost();
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
  own = { owner, group: ownGroup };
  context = testContext(host, { clock: new FakeClock(Date.now()) });
  value(await context.secrets.put('key', new Secret(next.keyPem), 'key'));
});
afterEach(() => host.remove());

function change(more: Partial<Change> = {}): Change {
  return {
    kind: 'certificate-install',
    use: 'http',
    files: {
      form: 'pem',
      key: { path: keyPath, ...own, mode: '0640' },
      certificate: { path: certificatePath, ...own, mode: '0644' },
      authority: { path: '/etc/es/ca.crt', ...own, mode: '0644' },
    },
    key: { from: 'vault', ref: 'key' },
    certificatePem: next.certPem,
    caPem: authority.caPem,
    names: ['localhost', '127.0.0.1'],
    ...more,
  };
}

/** Bytes and modes of everything in the folder. */
const look = () =>
  readdirSync(host.path('/etc/es'))
    .sort()
    .map((name) => {
      const path = host.path(`/etc/es/${name}`);
      return `${name} ${(statSync(path).mode & 0o7777).toString(8)} ${readFileSync(path, 'latin1')}`;
    });

const refused = { ok: false, error: { code: 'PRECONDITION_FAILED', hostState: 'unchanged' } };

/** A node that serves this certificate; `caPem` pinned or not. */
function serving(certPem: () => string) {
  host.answer = () => {
    const pem = certPem();
    const fingerprint256 = context.certificates.summary(pem)?.fingerprint256.toUpperCase() ?? '';
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

describe('a certificate', () => {
  it('is placed with its key, found in place, and both go back to the same bytes and modes', async () => {
    const was = look();
    const applied = await applyTwice(certificateInstall, change(), context);
    expect(look().join()).toContain(next.keyPem.trim());
    expect(statSync(host.path(keyPath)).mode & 0o7777).toBe(0o640);
    expect(JSON.stringify(applied.mark)).not.toContain('PRIVATE');
    value(await undo(certificateInstall, change(), applied, context));
    expect(look()).toEqual(was);
    value(await undo(certificateInstall, change(), { ...applied, mark: undefined }, context));
    expect(look()).toEqual(was);
  });

  it('goes back after an interruption, and stays where one file is somebody else’s', async () => {
    const was = look();
    const before = value(await certificateInstall.capture(change(), context));
    value(await certificateInstall.apply(change(), before, context));
    const written = look();
    host.place(certificatePath, 'somebody else’s', 0o644);
    const drifted = await undo(certificateInstall, change(), { before, mark: undefined }, context);
    expect(drifted).toMatchObject({ error: { code: 'DRIFT' } });
    expect(look()[2]).toBe(written[2]);
    value(await undo(certificateInstall, change(), { before, mark: undefined }, context, true));
    expect(look()).toEqual(was);
  });

  it('shows nothing of a key', async () => {
    const inspected = JSON.stringify(value(await certificateInstall.inspect(change(), context)));
    const before = value(await certificateInstall.capture(change(), context));
    expect(inspected).not.toContain('PRIVATE');
    expect(inspected).not.toContain(next.keyPem.split('\n')[1]);
    expect(before.length).toBeGreaterThan(0);
    expect(changeSchema.safeParse(change()).success).toBe(true);
    for (const wrong of [{ certificatePem: next.certPem + next.keyPem }, { caPem: '' }, { names: [] }])
      expect(changeSchema.safeParse({ ...change(), ...wrong }).success).toBe(false);
  });

  it('is refused before anything is written, with the reason', async () => {
    const was = look();
    const expired = authority.issue('expired', { names, expired: true });
    const cases: readonly [Partial<Change>, string, RegExp][] = [
      [{}, old.keyPem, /key does not belong/],
      [{ certificatePem: expired.certPem }, expired.keyPem, /expired/],
      [{ names: ['search.example'] }, next.keyPem, /search\.example/],
      [{ caPem: makeAuthority(folder, 'two').caPem }, next.keyPem, /authority/],
    ];
    for (const [more, key, why] of cases) {
      value(await context.secrets.put('key', new Secret(key), 'key'));
      const inspected = await certificateInstall.inspect(change(more), context);
      expect(inspected).toMatchObject(refused);
      expect(JSON.stringify(inspected)).toMatch(why);
    }
    value(await context.secrets.remove('key'));
    expect(await certificateInstall.inspect(change(), context)).toMatchObject({
      error: { code: 'SECRET_MISSING' },
    });
    expect(look()).toEqual(was);
  });

  it('is refused when it only holds by one of the two clocks', async () => {
    host.teach('date', 'echo 1000000000');
    const inspected = await certificateInstall.inspect(change(), context);
    expect(inspected).toMatchObject(refused);
    expect(JSON.stringify(inspected)).toContain('behind this machine’s');
    host.teach('date', 'printf "\\001\\377 soon"');
    expect(await certificateInstall.inspect(change(), context)).toMatchObject({
      error: { code: 'PROBE_MALFORMED' },
    });
  });
});

describe('the node', () => {
  const withPort = () => change({ served: { port: 9200 } });

  it('must serve it in the end', async () => {
    serving(() => readFileSync(host.path(certificatePath), 'utf8'));
    const applied = await applyTwice(certificateInstall, withPort(), context);
    expect(applied.mark['served']).toBe('seen');
    expect(host.sent.some((request) => request.tls !== false && request.tls.caPem === authority.caPem)).toBe(
      true,
    );
    value(await undo(certificateInstall, withPort(), applied, context));
  });

  it('is not believed when it goes on with the old one', async () => {
    serving(() => old.certPem);
    const before = value(await certificateInstall.capture(withPort(), context));
    const mark = value(await certificateInstall.apply(withPort(), before, context));
    const verified = await certificateInstall.verify(withPort(), mark, context);
    // After an interruption the files alone do not make it complete.
    expect(await isThere(certificateInstall as ChangeKind, withPort(), before, context)).toEqual({
      ok: true,
      value: false,
    });
    expect(verified).toMatchObject({ error: { code: 'VERIFY_FAILED', hostState: 'changed' } });
    value(await undo(certificateInstall, withPort(), { before, mark }, context));
    serving(() => next.certPem);
    host.place(certificatePath, next.certPem);
    const stuck = await undo(certificateInstall, withPort(), { before, mark }, context, true);
    expect(stuck).toMatchObject({ error: { code: 'VERIFY_FAILED' } });
  });

  it('that is down, or lost with the link, is told apart', async () => {
    const looked = value(await certificateInstall.inspect(withPort(), context));
    expect(looked.words.join()).toContain('cannot be checked');
    const applied = await applyTwice(certificateInstall, withPort(), context);
    expect(applied.mark['served']).toBe('not-seen');
    host.answer = () => fail(appError('SSH_CONNECTION_LOST', 'Gone.', 'Wait.'));
    expect(await certificateInstall.inspect(withPort(), context)).toMatchObject({
      error: { code: 'SSH_CONNECTION_LOST' },
    });
  });
});

describe('a store', () => {
  it('is placed and goes back, and needs a name that fits', async () => {
    const files = (path: string): Partial<Change> => ({
      files: {
        form: 'pkcs12',
        store: { path, ...own, mode: '0660' },
        password: { from: 'vault', ref: 'word' },
      },
    });
    value(await context.secrets.put('word', new Secret('Canary-store-1'), 'store'));
    const was = look();
    const p12 = change(files('/etc/es/http.p12'));
    const applied = await applyTwice(certificateInstall, p12, context);
    value(await undo(certificateInstall, p12, applied, context));
    expect(look()).toEqual(was);
    expect(await certificateInstall.inspect(change(files('/etc/es/http.jks')), context)).toMatchObject(
      refused,
    );
  });
});

describe('a certificate of the own authority', () => {
  const asked = async (days = 3000): Promise<Change> => {
    const made = value(
      await context.issuer.makeAuthority({
        name: 'Own',
        keyType: 'p-256',
        now: context.clock.now(),
        days,
      }),
    );
    value(
      await context.secrets.put('pki', new Secret(made.keyPem.reveal() + made.certificatePem), 'authority'),
    );
    const node = {
      name: 'x',
      names: ['localhost'],
      keyType: 'p-256',
      now: context.clock.now(),
      days: 20,
    } as const;
    const there = value(await context.issuer.issueForNode(made, node));
    host.place(certificatePath, there.certificatePem, 0o640);
    const { certificatePem: _pem, caPem: _ca, ...rest } = change();
    const issue = {
      authorityRef: 'pki',
      keyType: 'p-256',
      days: 730,
      issuerName: 'CN=Own, O=Bulwark',
    } as const;
    return { ...rest, key: { from: 'vault', ref: 'reissued' }, issue };
  };

  it('is issued when it is carried out, and goes back to the same bytes and modes', async () => {
    const wish = await asked();
    const was = look();
    expect(changeSchema.safeParse(wish).success).toBe(true);
    const first = value(await certificateInstall.inspect(wish, context));
    expect(first.inPlace).toBe(false);
    expect(JSON.stringify(first)).toContain('a new key');
    expect((await context.secrets.get('reissued')).ok).toBe(false);
    const applied = await applyTwice(certificateInstall, wish, context);
    expect(look()).not.toEqual(was);
    expect(readFileSync(host.path(keyPath), 'utf8')).not.toContain('CERTIFICATE');
    value(await undo(certificateInstall, wish, applied, context));
    expect(look()).toEqual(was);
    // Planned once more, what lasts long enough is used again.
    const kept = value(await context.secrets.get('reissued')).reveal();
    await applyTwice(certificateInstall, wish, context);
    expect(value(await context.secrets.get('reissued')).reveal()).toBe(kept);
  });

  it('is not issued where only the name of the authority fits, in the file or on the port', async () => {
    const wish = { ...(await asked()), served: { port: 9200 } };
    const ours = readFileSync(host.path(certificatePath), 'utf8');
    serving(() => ours);
    value(await certificateInstall.inspect(wish, context));
    // Another authority takes its place in the vault under the same name, as on a node that has such a one.
    const again = { ...(await asked()), served: { port: 9200 } };
    expect(await certificateInstall.inspect(again, context)).toMatchObject(refused);
    serving(() => readFileSync(host.path(certificatePath), 'utf8'));
    value(await certificateInstall.inspect(again, context));
    host.place(certificatePath, ours, 0o640);
    host.answer = undefined;
    expect(await certificateInstall.capture(wish, context)).toMatchObject(refused);
    expect((await context.secrets.get('reissued')).ok).toBe(false);
  });

  it('is not issued by an authority that ends soon, and never by looking whether it is in place', async () => {
    const dying = await asked(80);
    expect(await certificateInstall.inspect(dying, context)).toMatchObject(refused);
    expect(await certificateInstall.capture(dying, context)).toMatchObject(refused);
    expect((await context.secrets.get('reissued')).ok).toBe(false);
    const wish = await asked();
    const { mark } = await applyTwice(certificateInstall, wish, context);
    value(await context.secrets.remove('reissued'));
    expect(await certificateInstall.verify(wish, mark, context)).toMatchObject({
      error: { code: 'VERIFY_FAILED', hostState: 'changed' },
    });
    expect((await context.secrets.get('reissued')).ok).toBe(false);
  });

  it('is refused where another authority signed what is there, or the vault has none', async () => {
    const wish = await asked();
    const was = look();
    const issue = { ...wish.issue, issuerName: 'CN=Company' } as NonNullable<Change['issue']>;
    for (const wrong of [
      { ...wish, issue },
      { ...wish, issue: { ...issue, authorityRef: 'nothing' } },
    ]) {
      expect(await certificateInstall.inspect(wrong, context)).toMatchObject(refused);
      expect(await certificateInstall.capture(wrong, context)).toMatchObject(refused);
    }
    expect(look()).toEqual(was);
    for (const wrong of [
      { ...wish, issue: undefined },
      { ...wish, certificatePem: next.certPem, caPem: authority.caPem },
    ])
      expect(changeSchema.safeParse(wrong).success).toBe(false);
  });
});
