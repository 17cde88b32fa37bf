/** Which stores are looked at, which are refused, and which an earlier step of the plan still has to make. */
import { readFileSync, rmSync } from 'node:fs';
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  AuthorityKeyBench,
  authority,
  caKeyPem,
  change,
  conf,
  keystore,
  node,
  ref,
  refused,
  removeAuthority,
  store,
  withoutAuthority,
} from '../../../../test/support/authority-key-bench.ts';
import { value } from '../../../../test/support/change-harness.ts';
import { storeOfSetUp } from '../../../../test/support/store-of-set-up.ts';
import { Secret } from '../../../domain/secret.ts';
import { esAuthorityKey } from './es-authority-key.ts';

let at: AuthorityKeyBench;
beforeEach(async () => {
  at = await new AuthorityKeyBench().prepare();
});
afterEach(() => at.host.remove());
afterAll(removeAuthority);

describe('a store', () => {
  it('that an earlier step of the plan makes is nothing to look at yet', async () => {
    rmSync(at.host.path(store));
    const planned = { ...change, madeByPlan: true };
    expect(value(await esAuthorityKey.inspect(planned, at.context))).toMatchObject({ inPlace: false });
    expect(await esAuthorityKey.inspect(change, at.context)).toMatchObject(refused);
    expect(await esAuthorityKey.capture(planned, at.context)).toMatchObject({ ok: false });
  });

  it('that lies there from before says nothing of the one that the plan makes', async () => {
    const planned = { ...change, madeByPlan: true };
    const notYet = async () => {
      expect(value(await esAuthorityKey.inspect(planned, at.context))).toMatchObject({ inPlace: false });
      expect(JSON.stringify(await esAuthorityKey.inspect(planned, at.context))).toContain(
        'by an earlier step',
      );
    };
    at.host.place(`${conf}/elasticsearch.keystore`, keystore(true), 0o660);
    await notYet();
    at.host.place(store, 'no store', 0o660);
    await notYet();
    // Nothing is made of it: what is still unreadable when its turn comes stays as it is.
    expect(await esAuthorityKey.capture(planned, at.context)).toMatchObject({ ok: false });
    expect(readFileSync(at.host.path(store), 'utf8')).toBe('no store');
    at.host.place(store, withoutAuthority, 0o660);
    at.host.place(`${conf}/elasticsearch.keystore`, keystore(), 0o660);
    await notYet();
    expect(value(await esAuthorityKey.inspect(change, at.context))).toMatchObject({ inPlace: true });
    value(await at.context.secrets.put(ref, new Secret('kept by this step'), 'x'));
    expect(value(await esAuthorityKey.inspect(planned, at.context))).toMatchObject({ inPlace: true });
  });

  it('is refused with the reason before anything is planned', async () => {
    at.host.place(`${conf}/elasticsearch.keystore`, keystore(true), 0o660);
    const inspected = await esAuthorityKey.inspect(change, at.context);
    expect(inspected).toMatchObject(refused);
    expect(JSON.stringify(inspected)).toContain('protected by a password');
    at.host.place(store, 'no store');
    expect(await esAuthorityKey.inspect(change, at.context)).toMatchObject(refused);
  });

  it('whose password is another one is refused before anything is written', async () => {
    const other = storeOfSetUp({ ...node, caPem: authority.caPem, caKeyPem }, new Secret('another'));
    at.host.place(store, other, 0o660);
    expect(await esAuthorityKey.capture(change, at.context)).toMatchObject({
      error: { code: 'INPUT_INVALID', hostState: 'unchanged' },
    });
    expect((await at.context.secrets.get(ref)).ok).toBe(false);
  });
});
