/** A certificate that the vault's own authority issues in place of one of its own. */
import { readFileSync } from 'node:fs';
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  authority,
  CertificateBench,
  certificatePath,
  keyPath,
  next,
  refused,
  removeAuthority,
} from '../../../../test/support/certificate-bench.ts';
import { applyTwice, undo, value } from '../../../../test/support/change-harness.ts';
import { type ChangeOf, changeSchema } from '../../../domain/change.ts';
import { Secret } from '../../../domain/secret.ts';
import { certificateInstall } from './certificate-install.ts';

type Change = ChangeOf<'certificate-install'>;

let at: CertificateBench;
beforeEach(async () => {
  at = await new CertificateBench().prepare();
});
afterEach(() => at.host.remove());
afterAll(removeAuthority);

describe('a certificate of the own authority', () => {
  const asked = async (days = 3000): Promise<Change> => {
    const made = value(
      await at.context.issuer.makeAuthority({
        name: 'Own',
        keyType: 'p-256',
        now: at.context.clock.now(),
        days,
      }),
    );
    value(
      await at.context.secrets.put(
        'pki',
        new Secret(made.keyPem.reveal() + made.certificatePem),
        'authority',
      ),
    );
    const node = {
      name: 'x',
      names: ['localhost'],
      keyType: 'p-256',
      now: at.context.clock.now(),
      days: 20,
    } as const;
    const there = value(await at.context.issuer.issueForNode(made, node));
    at.host.place(certificatePath, there.certificatePem, 0o640);
    const { certificatePem: _pem, caPem: _ca, ...rest } = at.change();
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
    const was = at.look();
    expect(changeSchema.safeParse(wish).success).toBe(true);
    const first = value(await certificateInstall.inspect(wish, at.context));
    expect(first.inPlace).toBe(false);
    expect(JSON.stringify(first)).toContain('a new key');
    expect((await at.context.secrets.get('reissued')).ok).toBe(false);
    const applied = await applyTwice(certificateInstall, wish, at.context);
    expect(at.look()).not.toEqual(was);
    expect(readFileSync(at.host.path(keyPath), 'utf8')).not.toContain('CERTIFICATE');
    value(await undo(certificateInstall, wish, applied, at.context));
    expect(at.look()).toEqual(was);
    // Planned once more, what lasts long enough is used again.
    const kept = value(await at.context.secrets.get('reissued')).reveal();
    await applyTwice(certificateInstall, wish, at.context);
    expect(value(await at.context.secrets.get('reissued')).reveal()).toBe(kept);
  });

  it('is not issued where only the name of the authority fits, in the file or on the port', async () => {
    const wish = { ...(await asked()), served: { port: 9200 } };
    const ours = readFileSync(at.host.path(certificatePath), 'utf8');
    at.serving(() => ours);
    value(await certificateInstall.inspect(wish, at.context));
    // Another authority takes its place in the vault under the same name, as on a node that has such a one.
    const again = { ...(await asked()), served: { port: 9200 } };
    expect(await certificateInstall.inspect(again, at.context)).toMatchObject(refused);
    at.serving(() => readFileSync(at.host.path(certificatePath), 'utf8'));
    value(await certificateInstall.inspect(again, at.context));
    at.host.place(certificatePath, ours, 0o640);
    at.host.answer = undefined;
    expect(await certificateInstall.capture(wish, at.context)).toMatchObject(refused);
    expect((await at.context.secrets.get('reissued')).ok).toBe(false);
  });

  it('is not issued by an authority that ends soon, and never by looking whether it is in place', async () => {
    const dying = await asked(80);
    expect(await certificateInstall.inspect(dying, at.context)).toMatchObject(refused);
    expect(await certificateInstall.capture(dying, at.context)).toMatchObject(refused);
    expect((await at.context.secrets.get('reissued')).ok).toBe(false);
    const wish = await asked();
    const { mark } = await applyTwice(certificateInstall, wish, at.context);
    value(await at.context.secrets.remove('reissued'));
    expect(await certificateInstall.verify(wish, mark, at.context)).toMatchObject({
      error: { code: 'VERIFY_FAILED', hostState: 'changed' },
    });
    expect((await at.context.secrets.get('reissued')).ok).toBe(false);
  });

  it('is refused where another authority signed what is there, or the vault has none', async () => {
    const wish = await asked();
    const was = at.look();
    const issue = { ...wish.issue, issuerName: 'CN=Company' } as NonNullable<Change['issue']>;
    for (const wrong of [
      { ...wish, issue },
      { ...wish, issue: { ...issue, authorityRef: 'nothing' } },
    ]) {
      expect(await certificateInstall.inspect(wrong, at.context)).toMatchObject(refused);
      expect(await certificateInstall.capture(wrong, at.context)).toMatchObject(refused);
    }
    expect(at.look()).toEqual(was);
    for (const wrong of [
      { ...wish, issue: undefined },
      { ...wish, certificatePem: next.certPem, caPem: authority.caPem },
    ])
      expect(changeSchema.safeParse(wrong).success).toBe(false);
  });
});
