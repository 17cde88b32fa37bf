/** Taking back a password that the node never heard of: a run that was interrupted before there was one. */
import { expect, it } from 'vitest';
import { installOn } from '../../../../test/integration/es-installs.ts';
import { testContext } from '../../../../test/support/change-harness.ts';
import { LocalHost } from '../../../../test/support/local-host.ts';
import { Secret } from '../../../domain/secret.ts';
import { esPassword } from './es-password.ts';

const change: Parameters<typeof esPassword.apply>[0] = {
  kind: 'es-password',
  install: installOn('half-secured'),
  users: [{ name: 'elastic', ref: 'es/lab/elastic', length: 24 }],
};
const before = new TextEncoder().encode('{"version":1,"leftAlone":[]}');

it('is done while the vault has no new one; afterwards the node has to be asked', async () => {
  const host = new LocalHost();
  try {
    const context = { ...testContext(host), force: false };
    expect(await esPassword.revert(change, before, undefined, context)).toMatchObject({ ok: true });
    const refused = { ok: false, error: { code: 'NOT_REVERSIBLE' } };
    expect(await esPassword.revert(change, before, { users: 'elastic' }, context)).toMatchObject(refused);
    await context.secrets.put('es/lab/elastic/next', new Secret('made-up'), 'test');
    expect(await esPassword.revert(change, before, undefined, context)).toMatchObject({
      ok: false,
      error: { code: 'ES_NOT_READY', hostState: 'unchanged' },
    });
  } finally {
    host.remove();
  }
});
