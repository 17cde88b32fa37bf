import { readFileSync, statSync } from 'node:fs';
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import { makeAuthority } from '../../../../test/support/authority.ts';
import {
  authority,
  CertificateBench,
  certificatePath,
  folder,
  keyPath,
  names,
  next,
  old,
  refused,
  removeAuthority,
} from '../../../../test/support/certificate-bench.ts';
import { applyTwice, undo, value } from '../../../../test/support/change-harness.ts';
import { type ChangeOf, changeSchema } from '../../../domain/change.ts';
import { appError } from '../../../domain/error.ts';
import { fail } from '../../../domain/result.ts';
import { Secret } from '../../../domain/secret.ts';
import type { ChangeKind } from '../../change-kind.ts';
import { isThere } from '../../is-there.ts';
import { certificateInstall } from './certificate-install.ts';

type Change = ChangeOf<'certificate-install'>;

let at: CertificateBench;
beforeEach(async () => {
  at = await new CertificateBench().prepare();
});
afterEach(() => at.host.remove());
afterAll(removeAuthority);

describe('a certificate', () => {
  it('is placed with its key, found in place, and both go back to the same bytes and modes', async () => {
    const was = at.look();
    const applied = await applyTwice(certificateInstall, at.change(), at.context);
    expect(at.look().join()).toContain(next.keyPem.trim());
    expect(statSync(at.host.path(keyPath)).mode & 0o7777).toBe(0o640);
    expect(JSON.stringify(applied.mark)).not.toContain('PRIVATE');
    value(await undo(certificateInstall, at.change(), applied, at.context));
    expect(at.look()).toEqual(was);
    value(await undo(certificateInstall, at.change(), { ...applied, mark: undefined }, at.context));
    expect(at.look()).toEqual(was);
  });

  it('goes back after an interruption, and stays where one file is somebody else’s', async () => {
    const was = at.look();
    const before = value(await certificateInstall.capture(at.change(), at.context));
    value(await certificateInstall.apply(at.change(), before, at.context));
    const written = at.look();
    at.host.place(certificatePath, 'somebody else’s', 0o644);
    const drifted = await undo(certificateInstall, at.change(), { before, mark: undefined }, at.context);
    expect(drifted).toMatchObject({ error: { code: 'DRIFT' } });
    expect(at.look()[2]).toBe(written[2]);
    value(await undo(certificateInstall, at.change(), { before, mark: undefined }, at.context, true));
    expect(at.look()).toEqual(was);
  });

  it('shows nothing of a key', async () => {
    const inspected = JSON.stringify(value(await certificateInstall.inspect(at.change(), at.context)));
    const before = value(await certificateInstall.capture(at.change(), at.context));
    expect(inspected).not.toContain('PRIVATE');
    expect(inspected).not.toContain(next.keyPem.split('\n')[1]);
    expect(before.length).toBeGreaterThan(0);
    expect(changeSchema.safeParse(at.change()).success).toBe(true);
    for (const wrong of [{ certificatePem: next.certPem + next.keyPem }, { caPem: '' }, { names: [] }])
      expect(changeSchema.safeParse({ ...at.change(), ...wrong }).success).toBe(false);
  });

  it('is refused before anything is written, with the reason', async () => {
    const was = at.look();
    const expired = authority.issue('expired', { names, expired: true });
    const cases: readonly [Partial<Change>, string, RegExp][] = [
      [{}, old.keyPem, /key does not belong/],
      [{ certificatePem: expired.certPem }, expired.keyPem, /expired/],
      [{ names: ['search.example'] }, next.keyPem, /search\.example/],
      [{ caPem: makeAuthority(folder, 'two').caPem }, next.keyPem, /authority/],
    ];
    for (const [more, key, why] of cases) {
      value(await at.context.secrets.put('key', new Secret(key), 'key'));
      const inspected = await certificateInstall.inspect(at.change(more), at.context);
      expect(inspected).toMatchObject(refused);
      expect(JSON.stringify(inspected)).toMatch(why);
    }
    value(await at.context.secrets.remove('key'));
    expect(await certificateInstall.inspect(at.change(), at.context)).toMatchObject({
      error: { code: 'SECRET_MISSING' },
    });
    expect(at.look()).toEqual(was);
  });

  it('is refused when it only holds by one of the two clocks', async () => {
    at.host.teach('date', 'echo 1000000000');
    const inspected = await certificateInstall.inspect(at.change(), at.context);
    expect(inspected).toMatchObject(refused);
    expect(JSON.stringify(inspected)).toContain('behind this machine’s');
    at.host.teach('date', 'printf "\\001\\377 soon"');
    expect(await certificateInstall.inspect(at.change(), at.context)).toMatchObject({
      error: { code: 'PROBE_MALFORMED' },
    });
  });
});

describe('the node', () => {
  const withPort = () => at.change({ served: { port: 9200 } });

  it('must serve it in the end', async () => {
    at.serving(() => readFileSync(at.host.path(certificatePath), 'utf8'));
    const applied = await applyTwice(certificateInstall, withPort(), at.context);
    expect(applied.mark['served']).toBe('seen');
    expect(
      at.host.sent.some((request) => request.tls !== false && request.tls.caPem === authority.caPem),
    ).toBe(true);
    value(await undo(certificateInstall, withPort(), applied, at.context));
  });

  it('is not believed when it goes on with the old one', async () => {
    at.serving(() => old.certPem);
    const before = value(await certificateInstall.capture(withPort(), at.context));
    const mark = value(await certificateInstall.apply(withPort(), before, at.context));
    const verified = await certificateInstall.verify(withPort(), mark, at.context);
    // After an interruption the files alone do not make it complete.
    expect(await isThere(certificateInstall as ChangeKind, withPort(), before, at.context)).toEqual({
      ok: true,
      value: false,
    });
    expect(verified).toMatchObject({ error: { code: 'VERIFY_FAILED', hostState: 'changed' } });
    value(await undo(certificateInstall, withPort(), { before, mark }, at.context));
    at.serving(() => next.certPem);
    at.host.place(certificatePath, next.certPem);
    const stuck = await undo(certificateInstall, withPort(), { before, mark }, at.context, true);
    expect(stuck).toMatchObject({ error: { code: 'VERIFY_FAILED' } });
  });

  it('that is down, or lost with the link, is told apart', async () => {
    const looked = value(await certificateInstall.inspect(withPort(), at.context));
    expect(looked.words.join()).toContain('cannot be checked');
    const applied = await applyTwice(certificateInstall, withPort(), at.context);
    expect(applied.mark['served']).toBe('not-seen');
    at.host.answer = () => fail(appError('SSH_CONNECTION_LOST', 'Gone.', 'Wait.'));
    expect(await certificateInstall.inspect(withPort(), at.context)).toMatchObject({
      error: { code: 'SSH_CONNECTION_LOST' },
    });
  });
});

describe('a store', () => {
  it('is placed and goes back, and needs a name that fits', async () => {
    const files = (path: string): Partial<Change> => ({
      files: {
        form: 'pkcs12',
        store: { path, ...at.own, mode: '0660' },
        password: { from: 'vault', ref: 'word' },
      },
    });
    value(await at.context.secrets.put('word', new Secret('Canary-store-1'), 'store'));
    const was = at.look();
    const p12 = at.change(files('/etc/es/http.p12'));
    const applied = await applyTwice(certificateInstall, p12, at.context);
    value(await undo(certificateInstall, p12, applied, at.context));
    expect(at.look()).toEqual(was);
    expect(await certificateInstall.inspect(at.change(files('/etc/es/http.jks')), at.context)).toMatchObject(
      refused,
    );
  });
});
