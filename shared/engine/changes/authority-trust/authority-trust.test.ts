import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
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
import { type ChangeOf, changeSchema } from '../../../domain/change.ts';
import { appError } from '../../../domain/error.ts';
import { fail, succeed } from '../../../domain/result.ts';
import { Secret } from '../../../domain/secret.ts';
import { readCertificatesPem } from '../../../text/x509.ts';
import { authorityTrust } from './authority-trust.ts';

type Change = ChangeOf<'authority-trust'>;

const folder = mkdtempSync(join(tmpdir(), 'authority-trust-'));
afterAll(() => rmSync(folder, { recursive: true }));
const [old, next] = [makeAuthority(folder, 'old'), makeAuthority(folder, 'next')];
const keyOf = (name: string) => readFileSync(join(folder, `${name}.key`), 'utf8');
const names = 'DNS:localhost';
const [oldLeaf, newLeaf] = [old.issue('node-old', { names }), next.issue('node-new', { names })];
const password = new Secret('-Canary9word_of-the-store');

const conf = '/etc/elasticsearch';
const store = `${conf}/certs/node.p12`;
const ca = `${conf}/certs/http_ca.crt`;
const ref = 'pki/authority';

let host: NodeHost;
let context: TestContext;
/** What the node has loaded: it lets in whom these authorities vouch for. */
let loaded: readonly string[];
/** What it shows on its HTTP port. */
let served: string;

function change(round: 1 | 3, settles = false): Change {
  return {
    kind: 'authority-trust',
    // The port on which the host of this test listens.
    install: { ...install, pathConf: conf, transportPort: 9200 },
    rollOver: {
      to: context.certificates.summary(next.caPem)?.fingerprint256 ?? '',
      round,
      hosts: ['a', 'b'],
    },
    files: [
      { form: 'pkcs12', path: store, password: { from: 'vault', ref: 'store' } },
      { form: 'pem', path: ca },
    ],
    oldPem: old.caPem,
    newPem: next.caPem,
    httpCaRef: 'es/a/http-ca',
    authorityRef: ref,
    ...(settles ? { settles: true } : {}),
  };
}

function storeOf(leaf: typeof oldLeaf, trusted: string): Uint8Array {
  const bundle = { keyPem: new Secret(leaf.keyPem), certificatePem: leaf.certPem, caPem: trusted };
  return value(context.certificates.pkcs12(bundle, password));
}

const refusal = (detail: string) =>
  fail(appError('COMMAND_FAILED', 'Not HTTP.', 'None.', { hostState: 'unchanged', detail }));

beforeEach(async () => {
  host = new NodeHost();
  context = testContext(host, { clock: new FakeClock(Date.now()) });
  host.place(store, storeOf(oldLeaf, old.caPem), 0o660);
  host.place(ca, old.caPem, 0o644);
  for (const [name, secret] of [
    ['store', password.reveal()],
    [ref, keyOf('old') + old.caPem],
    [`${ref}/next`, keyOf('next') + next.caPem],
    ['es/a/http-ca', old.caPem],
  ] as const)
    value(await context.secrets.put(name, new Secret(secret), name));
  loaded = [old.caPem, next.caPem];
  served = oldLeaf.certPem;
  host.answer = ({ tls }) => {
    const shown = tls === false ? undefined : tls.identity?.certificatePem;
    if (shown !== undefined)
      return loaded.some((pem) => context.certificates.signedBy(shown, pem) === true)
        ? refusal('not-http: Parse Error: Expected HTTP/')
        : refusal('not-http: ssl/tls alert certificate unknown');
    return succeed({
      status: 401,
      headers: {},
      body: new Uint8Array(),
      peer: {
        protocol: 'TLSv1.3',
        cipher: 'x',
        authorized: false,
        chain: [
          {
            subject: '',
            issuer: '',
            fingerprint256: context.certificates.summary(served)?.fingerprint256 ?? '',
            notBefore: '',
            notAfter: '',
            names: [],
            pem: served,
          },
        ],
      },
    });
  };
});
afterEach(() => host.remove());

const read = (path: string) => readFileSync(host.path(path));
const look = () => [store, ca].map((path) => read(path).toString('latin1'));
const kept = async (name: string) => value(await context.secrets.get(name)).reveal();
const subjects = (pem: string) => readCertificatesPem(pem).certificates.map(({ subject }) => subject);
const trusts = (pem: string) =>
  value(context.certificates.withTrust(read(store), password, { trust: [pem], drop: [] })).unchanged;

/** After round 1 and 2, as the steps before leave it. */
async function beforeThird(): Promise<void> {
  host.place(store, storeOf(newLeaf, next.caPem + old.caPem), 0o660);
  host.place(ca, old.caPem + next.caPem, 0o644);
  value(await context.secrets.put('es/a/http-ca', new Secret(old.caPem + next.caPem), 'ca'));
  served = newLeaf.certPem;
  loaded = [next.caPem];
}

describe('round 1', () => {
  it('trusts both beside each other, gives clients both, and goes back to the same bytes', async () => {
    const was = look();
    const applied = await applyTwice(authorityTrust, change(1), context);
    expect(trusts(next.caPem) && trusts(old.caPem)).toBe(true);
    expect(subjects(read(ca).toString())).toEqual(subjects(old.caPem + next.caPem));
    expect(subjects(await kept('es/a/http-ca'))).toEqual(subjects(old.caPem + next.caPem));
    expect(await kept(ref)).toContain(old.caPem);
    value(await undo(authorityTrust, change(1), applied, context));
    expect(look()).toEqual(was);
    expect(await kept('es/a/http-ca')).toBe(old.caPem);
  });

  it('is not believed when the node has not loaded it', async () => {
    loaded = [old.caPem];
    const before = value(await authorityTrust.capture(change(1), context));
    const mark = value(await authorityTrust.apply(change(1), before, context));
    expect(await authorityTrust.verify(change(1), mark, context)).toMatchObject({
      error: { code: 'VERIFY_FAILED', message: expect.stringContaining('does not let in') as string },
    });
  });

  it('is refused before anything is written where the store cannot be opened or the new one is lost', async () => {
    const was = look();
    value(await context.secrets.put('store', new Secret('another'), 'x'));
    expect(await authorityTrust.inspect(change(1), context)).toMatchObject({
      error: { code: 'INPUT_INVALID' },
    });
    value(await context.secrets.put('store', password, 'x'));
    value(await context.secrets.remove(`${ref}/next`));
    expect(await authorityTrust.capture(change(1), context)).toMatchObject({
      error: { code: 'PRECONDITION_FAILED', hostState: 'unchanged' },
    });
    expect(look()).toEqual(was);
  });

  it('leaves alone what somebody edited since', async () => {
    const applied = await applyTwice(authorityTrust, change(1), context);
    host.place(ca, 'theirs', 0o644);
    expect(await undo(authorityTrust, change(1), applied, context)).toMatchObject({
      error: { code: 'DRIFT' },
    });
    expect(read(ca).toString()).toBe('theirs');
  });
});

describe('round 3', () => {
  it('is refused while the node serves a certificate of the old one', async () => {
    await beforeThird();
    served = oldLeaf.certPem;
    expect(await authorityTrust.capture(change(3), context)).toMatchObject({
      error: { code: 'PRECONDITION_FAILED', hostState: 'unchanged' },
    });
  });

  it('drops the old one, and as the last step gives its place to the new one; both go back', async () => {
    await beforeThird();
    const was = look();
    const applied = await applyTwice(authorityTrust, change(3, true), context);
    expect(trusts(old.caPem)).toBe(false);
    expect(subjects(read(ca).toString())).toEqual(subjects(next.caPem));
    expect(await kept(ref)).toContain(next.caPem);
    expect(await kept(`${ref}/previous`)).toContain(old.caPem);
    expect((await context.secrets.get(`${ref}/next`)).ok).toBe(false);
    loaded = [old.caPem, next.caPem];
    value(await undo(authorityTrust, change(3, true), applied, context));
    expect(look()).toEqual(was);
    expect(await kept(ref)).toContain(old.caPem);
    expect(await kept(`${ref}/next`)).toContain(next.caPem);
  });

  it('is not believed when the node still lets in who comes from the old one', async () => {
    await beforeThird();
    loaded = [old.caPem, next.caPem];
    const before = value(await authorityTrust.capture(change(3), context));
    const mark = value(await authorityTrust.apply(change(3), before, context));
    expect(await authorityTrust.verify(change(3), mark, context)).toMatchObject({
      error: { code: 'VERIFY_FAILED', message: expect.stringContaining('still lets in') as string },
    });
  });

  it('cannot be told of a node that asks nobody for a certificate', async () => {
    await beforeThird();
    const said = host.answer;
    host.answer = (request) =>
      request.tls !== false && request.tls.identity !== undefined
        ? refusal('not-http: Parse Error: Expected HTTP/')
        : (said?.(request) ?? refusal('port-closed'));
    const before = value(await authorityTrust.capture(change(3), context));
    const mark = value(await authorityTrust.apply(change(3), before, context));
    expect((await authorityTrust.verify(change(3), mark, context)).ok).toBe(true);
  });
});

it('works on a node that is down: its files are read at its next start', async () => {
  host.answer = undefined;
  const was = look();
  const applied = await applyTwice(authorityTrust, change(1), context);
  value(await undo(authorityTrust, change(1), applied, context));
  expect(look()).toEqual(was);
});

it('says what clients must be given, shows no secret, and is kept in step with the other hosts', async () => {
  const words = authorityTrust.describe(change(1));
  expect(words.title).toContain('round 1 of 3');
  expect(words.words.join(' ')).toContain(ca);
  const inspected = value(await authorityTrust.inspect(change(1), context));
  const visible = JSON.stringify([words, inspected, context.notes]);
  for (const secret of [password.reveal(), 'PRIVATE']) expect(visible).not.toContain(secret);
  expect(authorityTrust.backTogether?.(change(1))).toEqual(['a', 'b']);
  expect(changeSchema.safeParse(change(3, true)).success).toBe(true);
  expect(changeSchema.safeParse({ ...change(1), newPem: keyOf('next') }).success).toBe(false);
});
