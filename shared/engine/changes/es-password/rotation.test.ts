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

const notReversible = { ok: false, error: { code: 'NOT_REVERSIBLE', hostState: 'unchanged' } };

it('an earlier order is not taken back over a later one; one after the other each gives back its own', async () => {
  const first = await applyTwice(esPassword, order('order-1'), context);
  const between = { ...passwords };
  const second = await applyTwice(esPassword, order('order-2'), context);
  const now = { ...passwords };
  expect(await undo(esPassword, order('order-1'), first, context)).toMatchObject(notReversible);
  expect(passwords).toEqual(now);
  for (const _ of [1, 2]) {
    value(await undo(esPassword, order('order-2'), second, context));
    expect([passwords, await vault()]).toEqual([between, between]);
  }
  expect(value(await esPassword.inspect(order('order-1'), context)).inPlace).toBe(true);
  value(await undo(esPassword, order('order-1'), first, context));
  expect([passwords, await vault()]).toEqual([old, old]);
  expect(value(await context.secrets.list()).map((secret) => secret.ref)).toEqual([ref, kibana]);
});

it('is not taken back over a password that was set without an order since', async () => {
  const first = await applyTwice(esPassword, order('order-1'), context);
  value(await context.secrets.remove(kibana));
  value(await context.secrets.put(kibana, new Secret('mistaken-1'), 'test'));
  const users = order('order-1').users.map(({ name, ref: place, length }) => ({ name, ref: place, length }));
  await applyTwice(esPassword, { ...order('order-1'), users }, context);
  const now = { ...passwords };
  expect(now['kibana_system']).toBe(await inVault(kibana));
  const alone = { ...order('order-1'), users: order('order-1').users.slice(1) };
  expect(await undo(esPassword, alone, first, context)).toMatchObject(notReversible);
  expect(passwords).toEqual(now);
});

it('is refused where the vault does not have the valid one: it could not be given back', async () => {
  passwords['kibana_system'] = 'set-by-somebody-1';
  expect(await esPassword.inspect(order('order-1'), context)).toMatchObject({
    ok: false,
    error: { code: 'PRECONDITION_FAILED', message: expect.stringContaining('kibana_system') as string },
  });
  // Changed by somebody after the plan was made: set anew, and never taken back to what was wrong before.
  const before = value(await esPassword.capture(order('order-1'), context));
  const mark = value(await esPassword.apply(order('order-1'), before, context));
  const now = { ...passwords };
  expect(await undo(esPassword, order('order-1'), { before, mark }, context)).toMatchObject({
    ...notReversible,
    error: { message: expect.stringMatching(/^The old password of kibana_system is not known/) as string },
  });
  expect([passwords, await vault()]).toEqual([now, now]);
});

it('what has to go for good is not set again, and is not kept', async () => {
  const elastic = { name: 'elastic', ref, length: 24, rotate: 'retire-seed', keep: true } as const;
  const seed = { ...order('order-1'), users: [elastic] };
  const applied = await applyTwice(esPassword, seed, context);
  const now = { ...passwords };
  expect(await undo(esPassword, seed, applied, context)).toMatchObject({
    ...notReversible,
    error: { message: expect.stringContaining('is not made a password again') as string },
  });
  expect(passwords).toEqual(now);
  expect(await inVault(`${ref}/previous/retire-seed`)).toBeUndefined();
  expect(esPassword.describe(seed).words.at(-1)).toBe(
    'It cannot be taken back: no earlier password is set again.',
  );
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
