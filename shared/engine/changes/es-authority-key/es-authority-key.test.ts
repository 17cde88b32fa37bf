import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  AuthorityKeyBench,
  authority,
  caKeyPem,
  change,
  node,
  password,
  ref,
  refused,
  removeAuthority,
  store,
} from '../../../../test/support/authority-key-bench.ts';
import { applyTwice, undo, value } from '../../../../test/support/change-harness.ts';
import { changeSchema } from '../../../domain/change.ts';
import { succeed } from '../../../domain/result.ts';
import { Secret } from '../../../domain/secret.ts';
import type { ChangeKind } from '../../change-kind.ts';
import { isThere } from '../../is-there.ts';
import { esAuthorityKey } from './es-authority-key.ts';

let at: AuthorityKeyBench;
beforeEach(async () => {
  at = await new AuthorityKeyBench().prepare();
});
afterEach(() => at.host.remove());
afterAll(removeAuthority);

describe('the authority’s key', () => {
  it('goes to the vault and leaves the store, and comes back to the same bytes and mode', async () => {
    const was = at.look();
    const applied = await applyTwice(esAuthorityKey, change, at.context);
    expect(at.keysNow()).toEqual(['http']);
    expect(at.look()[0]?.split(' ')[1]).toBe('660');
    const kept = value(await at.context.secrets.get(ref)).reveal();
    expect(kept).toContain('PRIVATE KEY');
    expect(kept.slice(kept.indexOf('-----BEGIN CERT')).trim()).toBe(authority.caPem.trim());
    expect(at.host.sent.some(({ path, tls }) => path === '/_ssl/certificates' && tls !== false)).toBe(true);
    const back = value(await undo(esAuthorityKey, change, applied, at.context));
    expect(JSON.stringify(back)).toContain('can be enrolled');
    expect(at.look()).toEqual(was);
    expect(await at.context.secrets.get(ref)).toMatchObject({ error: { code: 'SECRET_MISSING' } });
    value(await undo(esAuthorityKey, change, { ...applied, mark: undefined }, at.context));
    expect(at.look()).toEqual(was);
  });

  it('is in the vault before the host loses it, and the host keeps it where the vault is locked', async () => {
    const was = at.look();
    const before = value(await esAuthorityKey.capture(change, at.context));
    const { secrets } = at.context;
    const locked = { ...at.context, secrets: { ...secrets, get: secrets.get.bind(secrets) } };
    locked.secrets.put = () => secrets.get('nothing of that name') as never;
    expect(await esAuthorityKey.apply(change, before, locked)).toMatchObject({ ok: false });
    expect(at.look()).toEqual(was);
  });

  it('keeps another authority that the vault held under the name', async () => {
    value(await at.context.secrets.put(ref, new Secret('another one'), 'x'));
    const applied = await applyTwice(esAuthorityKey, change, at.context);
    expect(at.earlier()).toEqual(['another one']);
    // Another change displaces this one's as well: the first one stays.
    value(await at.context.secrets.put(ref, new Secret('a third one'), 'x'));
    const again = value(await esAuthorityKey.apply(change, applied.before, at.context));
    expect(at.earlier()).toEqual(['a third one', 'another one']);
    value(await undo(esAuthorityKey, change, { ...applied, mark: again }, at.context));
    expect(value(await at.context.secrets.get(ref)).reveal()).toBe('another one');
    expect(at.earlier()).toEqual(['a third one']);
    value(await undo(esAuthorityKey, change, applied, at.context));
    expect(value(await at.context.secrets.get(ref)).reveal()).toBe('another one');
  });

  it('does not take the name from an authority that came there since', async () => {
    const applied = await applyTwice(esAuthorityKey, change, at.context);
    value(await at.context.secrets.put(ref, new Secret('a third one'), 'x'));
    value(await undo(esAuthorityKey, change, applied, at.context));
    expect(value(await at.context.secrets.get(ref)).reveal()).toBe('a third one');
  });

  it('is complete or goes back after an interruption, and stays out where somebody else wrote the store', async () => {
    const was = at.look();
    const before = value(await esAuthorityKey.capture(change, at.context));
    const there = () => isThere(esAuthorityKey as ChangeKind, change, before, at.context);
    expect(value(await there())).toBe(false);
    value(await undo(esAuthorityKey, change, { before, mark: undefined }, at.context));
    expect(at.look()).toEqual(was);
    value(await esAuthorityKey.apply(change, before, at.context));
    expect(value(await there())).toBe(true);
    value(await undo(esAuthorityKey, change, { before, mark: undefined }, at.context));
    expect(at.look()).toEqual(was);
    const mark = value(await esAuthorityKey.apply(change, before, at.context));
    at.host.place(store, 'somebody else’s', 0o660);
    expect(await undo(esAuthorityKey, change, { before, mark }, at.context)).toMatchObject({
      error: { code: 'DRIFT' },
    });
    expect((await at.context.secrets.get(ref)).ok).toBe(true);
    value(await undo(esAuthorityKey, change, { before, mark }, at.context, true));
    expect(at.look()).toEqual(was);
  });

  it('is not written over a store that changed meanwhile', async () => {
    const before = value(await esAuthorityKey.capture(change, at.context));
    at.host.place(store, 'somebody else’s', 0o660);
    expect(await esAuthorityKey.apply(change, before, at.context)).toMatchObject({
      error: { code: 'FILE_CHANGED_UNDERNEATH', hostState: 'unchanged' },
    });
  });

  it('is shown nowhere, and nothing of it is kept on the host', async () => {
    const applied = await applyTwice(esAuthorityKey, change, at.context);
    const inspected = value(await esAuthorityKey.inspect(change, at.context));
    const visible = JSON.stringify([
      applied.mark,
      inspected,
      at.context.notes,
      esAuthorityKey.describe(change),
    ]);
    const secret = caKeyPem.split('\n')[1] ?? '';
    for (const text of [secret, password.reveal(), 'PRIVATE']) expect(visible).not.toContain(text);
    expect(esAuthorityKey.byHand?.(change, at.context.digest).map((op) => op.do)).toEqual(['left']);
    expect(changeSchema.safeParse(change).success).toBe(true);
    expect(changeSchema.safeParse({ ...change, authorityRef: '' }).success).toBe(false);
  });
});

describe('the node', () => {
  it('must find one key in the store', async () => {
    at.listed = [
      { path: 'certs/http.p12', has_private_key: true },
      { path: 'certs/http.p12', has_private_key: true },
    ];
    const before = value(await esAuthorityKey.capture(change, at.context));
    const mark = value(await esAuthorityKey.apply(change, before, at.context));
    expect(await esAuthorityKey.verify(change, mark, at.context)).toMatchObject({
      error: { code: 'VERIFY_FAILED', hostState: 'changed' },
    });
  });

  it('must go on serving the same chain, past its next look where it tells nobody what it has', async () => {
    const before = value(await esAuthorityKey.capture(change, at.context));
    const mark = value(await esAuthorityKey.apply(change, before, at.context));
    at.listed = undefined;
    const begun = at.context.clock.elapsed();
    value(await esAuthorityKey.verify(change, mark, at.context));
    expect(at.context.clock.elapsed() - begun).toBeGreaterThan(5000);
    at.served = [node.certPem];
    expect(await esAuthorityKey.verify(change, mark, at.context)).toMatchObject({
      error: { code: 'VERIFY_FAILED' },
    });
  });

  it('must be able to read the new store: it goes on serving the old one and says so', async () => {
    const before = value(await esAuthorityKey.capture(change, at.context));
    const mark = value(await esAuthorityKey.apply(change, before, at.context));
    const said = at.host.answer;
    at.host.answer = (request) =>
      request.path === '/_ssl/certificates'
        ? succeed({ status: 500, headers: {}, body: new TextEncoder().encode('{}') })
        : (said?.(request) ?? succeed({ status: 404, headers: {}, body: new Uint8Array() }));
    const unreadable = await esAuthorityKey.verify(change, mark, at.context);
    expect(unreadable).toMatchObject({ error: { code: 'VERIFY_FAILED' } });
    expect(value(await isThere(esAuthorityKey as ChangeKind, change, before, at.context))).toBe(false);
    at.host.answer = said;
    at.listed = [{ path: 'certs/other.p12', has_private_key: true }];
    expect(await esAuthorityKey.verify(change, mark, at.context)).toMatchObject({
      error: { code: 'VERIFY_FAILED' },
    });
  });

  it('must be up: a file alone proves nothing', async () => {
    const was = at.look();
    at.host.answer = undefined;
    expect(await esAuthorityKey.capture(change, at.context)).toMatchObject(refused);
    expect(at.look()).toEqual(was);
    expect((await at.context.secrets.get(ref)).ok).toBe(false);
  });

  it('must not serve another certificate than the store holds', async () => {
    at.served = [authority.issue('other', { names: 'DNS:localhost' }).certPem];
    expect(await esAuthorityKey.capture(change, at.context)).toMatchObject(refused);
  });
});
