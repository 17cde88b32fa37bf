/** Rotating passwords that the vault has: once for an order, proven, and back to the earlier ones. */
import { afterEach, beforeEach, expect, it } from 'vitest';
import { installOn } from '../../../../test/integration/es-installs.ts';
import { applyTwice, testContext, undo, value } from '../../../../test/support/change-harness.ts';
import { NodeHost } from '../../../../test/support/node-host.ts';
import type { ChangeOf } from '../../../domain/change.ts';
import { appError } from '../../../domain/error.ts';
import { fail, succeed } from '../../../domain/result.ts';
import { Secret } from '../../../domain/secret.ts';
import { esPassword } from './es-password.ts';

const [ref, kibana] = ['es/lab/elastic', 'es/lab/kibana_system'];
const order = (rotate: string): ChangeOf<'es-password'> => ({
  kind: 'es-password',
  install: { ...installOn('half-secured'), pathConf: '/etc/elasticsearch' },
  users: [
    { name: 'elastic', ref, length: 24, rotate },
    { name: 'kibana_system', ref: kibana, length: 24, rotate },
  ],
});

let node: NodeHost;
let passwords: Record<string, string>;
let context: ReturnType<typeof testContext>;
beforeEach(async () => {
  node = new NodeHost();
  context = testContext(node);
  passwords = { elastic: 'old-elastic-1', kibana_system: 'old-kibana-1' };
  node.answer = (request) => {
    const answer = (status: number, body: unknown) =>
      succeed({ status, headers: {}, body: new TextEncoder().encode(JSON.stringify(body)) });
    const { credential, body } = request;
    if (request.tls !== false)
      return fail(appError('COMMAND_FAILED', 'No TLS here.', 'None.', { hostState: 'unchanged' }));
    if (credential?.type !== 'basic' || passwords[credential.user] !== credential.password.reveal())
      return answer(401, {});
    const user = /^\/_security\/user\/([a-z_]+)\/_password$/.exec(request.path)?.[1];
    if (request.method === 'POST' && user !== undefined) {
      if (credential.user !== 'elastic') return answer(403, {});
      const told = JSON.parse(typeof body === 'string' ? body : (body?.reveal() ?? '{}')) as {
        password: string;
      };
      passwords[user] = told.password;
      return answer(200, {});
    }
    return answer(200, { username: credential.user });
  };
  for (const [place, password] of [
    [ref, 'old-elastic-1'],
    [kibana, 'old-kibana-1'],
  ] as const)
    value(await context.secrets.put(place, new Secret(password), 'test'));
});
afterEach(() => node.remove());

async function inVault(place: string): Promise<string | undefined> {
  const secret = await context.secrets.get(place);
  return secret.ok ? secret.value.reveal() : undefined;
}
const vault = async () => ({ elastic: await inVault(ref), kibana_system: await inVault(kibana) });
const old = { elastic: 'old-elastic-1', kibana_system: 'old-kibana-1' };

it('replaces valid ones once, keeps the earlier ones, and gives them back', async () => {
  const applied = await applyTwice(esPassword, order('order-1'), context);
  expect(await vault()).toEqual(passwords);
  expect(passwords['elastic']).toHaveLength(24);
  expect(passwords['elastic']).not.toBe(passwords['kibana_system']);
  expect(await inVault(`${ref}/previous`)).toBe('old-elastic-1');
  expect(await inVault(`${ref}/next`)).toBeUndefined();
  expect(JSON.stringify(applied.mark)).not.toContain(passwords['elastic']);
  value(await undo(esPassword, order('order-1'), applied, context));
  expect(passwords).toEqual(old);
  expect(await vault()).toEqual(old);
  // Asked for again after an interruption, it is done already.
  value(await undo(esPassword, order('order-1'), applied, context));
  expect(passwords).toEqual(old);
});

it('an earlier order is not taken back over a later one', async () => {
  const first = await applyTwice(esPassword, order('order-1'), context);
  await applyTwice(esPassword, order('order-2'), context);
  const now = { ...passwords };
  expect(await undo(esPassword, order('order-1'), first, context)).toMatchObject({
    ok: false,
    error: { code: 'NOT_REVERSIBLE', hostState: 'unchanged' },
  });
  expect(passwords).toEqual(now);
});

it('interrupted before the node heard of it, it has the earlier one and nothing is put back', async () => {
  const before = value(await esPassword.capture(order('order-1'), context));
  value(await context.secrets.put(`${ref}/next`, new Secret('new-elastic-1'), 'test'));
  expect(await esPassword.complete?.(order('order-1'), before, context)).toMatchObject({ value: false });
  value(await undo(esPassword, order('order-1'), { before, mark: undefined }, context));
  expect(passwords).toEqual(old);
  expect(await inVault(ref)).toBe('old-elastic-1');
});

it('interrupted after the node had taken it, the earlier one is put back', async () => {
  const before = value(await esPassword.capture(order('order-1'), context));
  value(await context.secrets.put(`${ref}/next`, new Secret('new-elastic-1'), 'test'));
  passwords['elastic'] = 'new-elastic-1';
  value(await undo(esPassword, order('order-1'), { before, mark: undefined }, context));
  expect(passwords).toEqual(old);
  expect(await vault()).toEqual(old);
});

it('leaves a valid password alone where no rotation was ordered', async () => {
  const { users, ...rest } = order('order-1');
  const plain = {
    ...rest,
    users: users.map(({ name, ref: place, length }) => ({ name, ref: place, length })),
  };
  expect(value(await esPassword.inspect(plain, context))).toMatchObject({ inPlace: true, diffs: [] });
});
