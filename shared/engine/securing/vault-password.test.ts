import { expect, it } from 'vitest';
import { testContext, value } from '../../../test/support/change-harness.ts';
import { LocalHost } from '../../../test/support/local-host.ts';
import { MemorySecrets } from '../../../test/support/memory-ports.ts';
import { appError } from '../../domain/error.ts';
import { fail } from '../../domain/result.ts';
import { Secret } from '../../domain/secret.ts';
import {
  adoptPassword,
  forgetPassword,
  keepPassword,
  newPassword,
  settlePassword,
} from './vault-password.ts';

const ref = 'hosts/h/elastic';
const change = { elasticPasswordRef: ref };

/** Loses the power before the nth write. */
class Interrupted extends MemorySecrets {
  writes = 0;
  readonly most: number;
  constructor(most: number, from?: MemorySecrets) {
    super();
    this.most = most;
    for (const [name, kept] of from?.values ?? []) this.values.set(name, kept);
  }
  #count(): void {
    this.writes += 1;
    if (this.writes > this.most) throw new Error('interrupted');
  }
  override put(...args: Parameters<MemorySecrets['put']>): ReturnType<MemorySecrets['put']> {
    this.#count();
    return super.put(...args);
  }
  override remove(name: string): ReturnType<MemorySecrets['remove']> {
    this.#count();
    return super.remove(name);
  }
}

const contextOf = (secrets: MemorySecrets, tag = 'step-1') => testContext(new LocalHost(), { secrets, tag });
const seen = (secrets: MemorySecrets) =>
  Object.fromEntries(
    [...secrets.values].map(([name, kept]) => [name.slice(ref.length), kept.value.reveal()]),
  );

async function vault(contents: Readonly<Record<string, string>>): Promise<MemorySecrets> {
  const secrets = new MemorySecrets();
  for (const [name, text] of Object.entries(contents))
    await secrets.put(`${ref}${name}`, new Secret(text), '');
  return secrets;
}

it.each([[{}], [{ '': 'earlier' }], [{ '/previous': 'of another change' }]])(
  'the vault says what it said before, however often a step is forgotten: %j',
  async (before) => {
    const secrets = await vault(before);
    const context = contextOf(secrets);
    const made = value(await newPassword(change, context));
    expect(seen(secrets)['']).toBe(made.reveal());
    expect(JSON.stringify(seen(secrets))).not.toContain(context.tag);
    for (let round = 0; round < 3; round += 1) {
      await forgetPassword(change, context);
      expect(seen(secrets)).toEqual(before);
    }
  },
);

it.each([0, 1, 2, 3])('an earlier password outlives an interruption after %i writes', async (most) => {
  const cut = new Interrupted(most, await vault({ '': 'earlier' }));
  await newPassword(change, contextOf(cut)).catch(() => undefined);
  for (let again = 0; again <= 3; again += 1) {
    const torn = new Interrupted(again, cut);
    await forgetPassword(change, contextOf(torn)).catch(() => undefined);
    expect([seen(torn)[''], seen(torn)['/previous']]).toContain('earlier');
    const whole = new Interrupted(Number.POSITIVE_INFINITY, torn);
    await forgetPassword(change, contextOf(whole));
    expect(seen(whole)['']).toBe('earlier');
  }
});

it('a step that begins again keeps the password of before, and another step leaves it alone', async () => {
  const secrets = await vault({ '': 'earlier' });
  await newPassword(change, contextOf(secrets));
  const second = value(await newPassword(change, contextOf(secrets)));
  await forgetPassword(change, contextOf(secrets, 'step-2'));
  expect(seen(secrets)).toMatchObject({ '': second.reveal(), '/previous': 'earlier' });
  await forgetPassword(change, contextOf(secrets));
  expect(seen(secrets)).toEqual({ '': 'earlier' });
});

it('a step of an earlier release is forgotten once adopted, and never deletes otherwise', async () => {
  for (const [before, after] of [
    [{ '': 'made' }, {}],
    [{ '': 'made', '/previous': 'earlier' }, { '': 'earlier' }],
  ] as const) {
    const secrets = await vault(before);
    await forgetPassword(change, contextOf(secrets));
    expect(seen(secrets)).toEqual(before);
    value(await adoptPassword(change, contextOf(secrets)));
    await adoptPassword(change, contextOf(secrets, 'step-2'));
    await forgetPassword(change, contextOf(secrets));
    await forgetPassword(change, contextOf(secrets));
    expect(seen(secrets)).toEqual(after);
  }
});

it('deletes nothing when the vault does not answer', async () => {
  const secrets = await vault({ '': 'earlier' });
  await newPassword(change, contextOf(secrets));
  const before = seen(secrets);
  const get = secrets.get.bind(secrets);
  secrets.get = (name) =>
    name.endsWith('/previous') ? Promise.resolve(fail(appError('IO', 'Locked.', 'Wait.'))) : get(name);
  await forgetPassword(change, contextOf(secrets));
  expect(seen(secrets)).toEqual(before);
});

it.each([
  [{}, {}],
  [{ '': 'earlier' }, {}],
  [{ '/previous': 'of another change' }, { '/previous': 'of another change' }],
])('keeps the password that a node goes on having, and nothing beside it: %j', async (before, left) => {
  const secrets = await vault(before);
  const made = value(await newPassword(change, contextOf(secrets)));
  // Another step's note is none of ours.
  await keepPassword(change, contextOf(secrets, 'step-2'), true);
  expect((await secrets.get(`${ref}/step`)).ok).toBe(true);
  for (let round = 0; round < 2; round += 1) await keepPassword(change, contextOf(secrets), true);
  await forgetPassword(change, contextOf(secrets));
  expect(seen(secrets)).toEqual({ ...left, '': made.reveal() });
});

it('keeps both where nobody knows which is valid, and the next step brings back the one that was', async () => {
  const secrets = await vault({ '': 'earlier' });
  const made = value(await newPassword(change, contextOf(secrets)));
  await keepPassword(change, contextOf(secrets), false);
  expect(seen(secrets)).toEqual({ '': made.reveal(), '/previous': 'earlier' });

  const next = contextOf(secrets, 'step-2');
  value(await settlePassword(change, next, new Secret('earlier')));
  value(await newPassword(change, next));
  await forgetPassword(change, next);
  expect(seen(secrets)).toEqual({ '': 'earlier' });
});

it.each([[undefined], ['made'], ['the seed']])(
  'leaves the vault as it is where the node was entered by %s',
  async (accepted) => {
    const secrets = await vault({ '': 'made', '/previous': 'earlier' });
    const by = accepted === undefined ? undefined : new Secret(accepted);
    value(await settlePassword(change, contextOf(secrets), by));
    expect(seen(secrets)).toEqual({ '': 'made', '/previous': 'earlier' });
  },
);
