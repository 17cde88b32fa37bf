import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
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
import { install } from '../../../../test/support/facts.ts';
import { FakeClock } from '../../../../test/support/memory-ports.ts';
import { NodeHost } from '../../../../test/support/node-host.ts';
import { storeOfSetUp } from '../../../../test/support/store-of-set-up.ts';
import { type ChangeOf, changeSchema } from '../../../domain/change.ts';
import { succeed } from '../../../domain/result.ts';
import { Secret } from '../../../domain/secret.ts';
import type { ChangeKind } from '../../change-kind.ts';
import { isThere } from '../../is-there.ts';
import { esAuthorityKey } from './es-authority-key.ts';

type Change = ChangeOf<'es-authority-key'>;

const folder = mkdtempSync(join(tmpdir(), 'authority-key-'));
afterAll(() => rmSync(folder, { recursive: true }));
const authority = makeAuthority(folder, 'one');
const node = authority.issue('node', { names: 'DNS:localhost,IP:127.0.0.1' });
const caKeyPem = readFileSync(join(folder, 'one.key'), 'utf8');
const password = new Secret('-Canary9word_of-the-store');
const setUp = storeOfSetUp({ ...node, caPem: authority.caPem, caKeyPem }, password);

const ref = 'es/local/http-authority';
const conf = '/etc/elasticsearch';
const store = `${conf}/certs/http.p12`;
const change: Change = {
  kind: 'es-authority-key',
  install: { ...install, home: '/usr/share/elasticsearch', pathConf: conf },
  store,
  authorityRef: ref,
};

let host: NodeHost;
let context: TestContext;
/** What `_ssl/certificates` says; undefined: 403. */
let listed: readonly { path: string; has_private_key: boolean }[] | undefined;
let served: readonly string[];

function keystore(isProtected = false): Uint8Array {
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

beforeEach(async () => {
  host = new NodeHost();
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
  context = testContext(host, { clock: new FakeClock(Date.now()) });
  listed = [
    { path: 'certs/http.p12', has_private_key: true },
    { path: 'certs/http.p12', has_private_key: false },
    { path: 'certs/transport.p12', has_private_key: true },
  ];
  served = [node.certPem, authority.caPem];
  host.answer = ({ path }) =>
    succeed({
      status: path === '/_ssl/certificates' && listed !== undefined ? 200 : 403,
      headers: {},
      body: new TextEncoder().encode(JSON.stringify(listed ?? {})),
      peer: {
        protocol: 'TLSv1.3',
        cipher: 'x',
        authorized: true,
        chain: served.map((pem) => ({
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
});
afterEach(() => host.remove());

/** Bytes and modes of everything beside the store. */
const look = () =>
  readdirSync(host.path(`${conf}/certs`)).map((name) => {
    const path = host.path(`${conf}/certs/${name}`);
    return `${name} ${(statSync(path).mode & 0o7777).toString(8)} ${readFileSync(path, 'latin1')}`;
  });
const keysNow = () => context.certificates.storeKeys(readFileSync(host.path(store)));
const refused = { ok: false, error: { code: 'PRECONDITION_FAILED', hostState: 'unchanged' } };

describe('the authority’s key', () => {
  it('goes to the vault and leaves the store, and comes back to the same bytes and mode', async () => {
    const was = look();
    const applied = await applyTwice(esAuthorityKey, change, context);
    expect(keysNow()).toEqual(['http']);
    expect(look()[0]?.split(' ')[1]).toBe('660');
    const kept = value(await context.secrets.get(ref)).reveal();
    expect(kept).toContain('PRIVATE KEY');
    expect(kept.slice(kept.indexOf('-----BEGIN CERT')).trim()).toBe(authority.caPem.trim());
    expect(host.sent.some(({ path, tls }) => path === '/_ssl/certificates' && tls !== false)).toBe(true);
    const back = value(await undo(esAuthorityKey, change, applied, context));
    expect(JSON.stringify(back)).toContain('can be enrolled');
    expect(look()).toEqual(was);
    expect(await context.secrets.get(ref)).toMatchObject({ error: { code: 'SECRET_MISSING' } });
    value(await undo(esAuthorityKey, change, { ...applied, mark: undefined }, context));
    expect(look()).toEqual(was);
  });

  it('is in the vault before the host loses it, and the host keeps it where the vault is locked', async () => {
    const was = look();
    const before = value(await esAuthorityKey.capture(change, context));
    const { secrets } = context;
    const locked = { ...context, secrets: { ...secrets, get: secrets.get.bind(secrets) } };
    locked.secrets.put = () => secrets.get('nothing of that name') as never;
    expect(await esAuthorityKey.apply(change, before, locked)).toMatchObject({ ok: false });
    expect(look()).toEqual(was);
  });

  it('keeps another authority that the vault held under the name', async () => {
    value(await context.secrets.put(ref, new Secret('another one'), 'x'));
    const applied = await applyTwice(esAuthorityKey, change, context);
    expect(value(await context.secrets.get(`${ref}/previous`)).reveal()).toBe('another one');
    value(await context.secrets.put(ref, new Secret('a third one'), 'x'));
    value(await undo(esAuthorityKey, change, applied, context));
    expect(value(await context.secrets.get(ref)).reveal()).toBe('a third one');
  });

  it('is complete or goes back after an interruption, and stays out where somebody else wrote the store', async () => {
    const was = look();
    const before = value(await esAuthorityKey.capture(change, context));
    const there = () => isThere(esAuthorityKey as ChangeKind, change, before, context);
    expect(value(await there())).toBe(false);
    value(await undo(esAuthorityKey, change, { before, mark: undefined }, context));
    expect(look()).toEqual(was);
    value(await esAuthorityKey.apply(change, before, context));
    expect(value(await there())).toBe(true);
    value(await undo(esAuthorityKey, change, { before, mark: undefined }, context));
    expect(look()).toEqual(was);
    const mark = value(await esAuthorityKey.apply(change, before, context));
    host.place(store, 'somebody else’s', 0o660);
    expect(await undo(esAuthorityKey, change, { before, mark }, context)).toMatchObject({
      error: { code: 'DRIFT' },
    });
    expect((await context.secrets.get(ref)).ok).toBe(true);
    value(await undo(esAuthorityKey, change, { before, mark }, context, true));
    expect(look()).toEqual(was);
  });

  it('is not written over a store that changed meanwhile', async () => {
    const before = value(await esAuthorityKey.capture(change, context));
    host.place(store, 'somebody else’s', 0o660);
    expect(await esAuthorityKey.apply(change, before, context)).toMatchObject({
      error: { code: 'FILE_CHANGED_UNDERNEATH', hostState: 'unchanged' },
    });
  });

  it('is shown nowhere, and nothing of it is kept on the host', async () => {
    const applied = await applyTwice(esAuthorityKey, change, context);
    const inspected = value(await esAuthorityKey.inspect(change, context));
    const visible = JSON.stringify([applied.mark, inspected, context.notes, esAuthorityKey.describe(change)]);
    const secret = caKeyPem.split('\n')[1] ?? '';
    for (const text of [secret, password.reveal(), 'PRIVATE']) expect(visible).not.toContain(text);
    expect(esAuthorityKey.byHand?.(change, context.digest).map((op) => op.do)).toEqual(['left']);
    expect(changeSchema.safeParse(change).success).toBe(true);
    expect(changeSchema.safeParse({ ...change, authorityRef: '' }).success).toBe(false);
  });
});

describe('the node', () => {
  it('must find one key in the store', async () => {
    listed = [
      { path: 'certs/http.p12', has_private_key: true },
      { path: 'certs/http.p12', has_private_key: true },
    ];
    const before = value(await esAuthorityKey.capture(change, context));
    const mark = value(await esAuthorityKey.apply(change, before, context));
    expect(await esAuthorityKey.verify(change, mark, context)).toMatchObject({
      error: { code: 'VERIFY_FAILED', hostState: 'changed' },
    });
  });

  it('must go on serving the same chain, past its next look where it tells nobody what it has', async () => {
    const before = value(await esAuthorityKey.capture(change, context));
    const mark = value(await esAuthorityKey.apply(change, before, context));
    listed = undefined;
    const begun = context.clock.elapsed();
    value(await esAuthorityKey.verify(change, mark, context));
    expect(context.clock.elapsed() - begun).toBeGreaterThan(5000);
    served = [node.certPem];
    expect(await esAuthorityKey.verify(change, mark, context)).toMatchObject({
      error: { code: 'VERIFY_FAILED' },
    });
  });

  it('must be able to read the new store: it goes on serving the old one and says so', async () => {
    const before = value(await esAuthorityKey.capture(change, context));
    const mark = value(await esAuthorityKey.apply(change, before, context));
    const said = host.answer;
    host.answer = (request) =>
      request.path === '/_ssl/certificates'
        ? succeed({ status: 500, headers: {}, body: new TextEncoder().encode('{}') })
        : (said?.(request) ?? succeed({ status: 404, headers: {}, body: new Uint8Array() }));
    const unreadable = await esAuthorityKey.verify(change, mark, context);
    expect(unreadable).toMatchObject({ error: { code: 'VERIFY_FAILED' } });
    expect(value(await isThere(esAuthorityKey as ChangeKind, change, before, context))).toBe(false);
    host.answer = said;
    listed = [{ path: 'certs/other.p12', has_private_key: true }];
    expect(await esAuthorityKey.verify(change, mark, context)).toMatchObject({
      error: { code: 'VERIFY_FAILED' },
    });
  });

  it('may be down: then only the file is looked at', async () => {
    host.answer = undefined;
    const applied = await applyTwice(esAuthorityKey, change, context);
    expect(applied.mark['served']).toBe('not-seen');
  });

  it('must not serve another certificate than the store holds', async () => {
    served = [authority.issue('other', { names: 'DNS:localhost' }).certPem];
    expect(await esAuthorityKey.capture(change, context)).toMatchObject(refused);
  });
});

describe('a store', () => {
  it('that an earlier step of the plan makes is nothing to look at yet', async () => {
    rmSync(host.path(store));
    const planned = { ...change, madeByPlan: true };
    expect(value(await esAuthorityKey.inspect(planned, context))).toMatchObject({ inPlace: false });
    expect(await esAuthorityKey.inspect(change, context)).toMatchObject(refused);
    expect(await esAuthorityKey.capture(planned, context)).toMatchObject({ ok: false });
  });

  it('is refused with the reason before anything is planned', async () => {
    host.place(`${conf}/elasticsearch.keystore`, keystore(true), 0o660);
    const inspected = await esAuthorityKey.inspect(change, context);
    expect(inspected).toMatchObject(refused);
    expect(JSON.stringify(inspected)).toContain('protected by a password');
    host.place(store, 'no store');
    expect(await esAuthorityKey.inspect(change, context)).toMatchObject(refused);
  });

  it('whose password is another one is refused before anything is written', async () => {
    const other = storeOfSetUp({ ...node, caPem: authority.caPem, caKeyPem }, new Secret('another'));
    host.place(store, other, 0o660);
    expect(await esAuthorityKey.capture(change, context)).toMatchObject({
      error: { code: 'INPUT_INVALID', hostState: 'unchanged' },
    });
    expect((await context.secrets.get(ref)).ok).toBe(false);
  });
});
