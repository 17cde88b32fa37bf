/** A password of a cluster: set once through one node, proven by every one, in the vault for all hosts, and back for all. */
import { afterEach, beforeEach, expect, it } from 'vitest';
import { installOn } from '../../../../test/integration/es-installs.ts';
import { testContext, value } from '../../../../test/support/change-harness.ts';
import { FakeRandom, MemorySecrets } from '../../../../test/support/memory-ports.ts';
import { PasswordNode } from '../../../../test/support/password-node.ts';
import type { ChangeOf } from '../../../domain/change.ts';
import { Secret } from '../../../domain/secret.ts';
import { Meeting } from '../../together/meeting.ts';
import { esPassword } from './es-password.ts';

const ids = ['a', 'b', 'c'] as const;
type HostId = (typeof ids)[number];
const old = 'old-elastic-1';

function change(hostId: HostId, rotate = 'order-1'): ChangeOf<'es-password'> {
  const alsoRefs = ids.filter((one) => one !== hostId).map((one) => `es/${one}/elastic`);
  return {
    kind: 'es-password',
    install: { ...installOn('half-secured'), pathConf: '/etc/elasticsearch' },
    users: [{ name: 'elastic', ref: `es/${hostId}/elastic`, length: 24, rotate, alsoRefs }],
    cluster: { hosts: [...ids], setOn: 'a' },
  };
}

let passwords: { elastic: string };
let nodes: readonly PasswordNode[];
let secrets: MemorySecrets;
let random: FakeRandom;
beforeEach(async () => {
  passwords = { elastic: old };
  nodes = ids.map((id) => new PasswordNode(id, passwords));
  secrets = new MemorySecrets();
  random = new FakeRandom();
  // That of the third host is missing, and stays so when all is taken back.
  for (const id of ['a', 'b']) value(await secrets.put(`es/${id}/elastic`, new Secret(old), 'test'));
});
afterEach(() => {
  for (const node of nodes) node.remove();
});

function on(hostId: HostId, meeting?: Meeting) {
  const node = nodes.find((one) => one.hostId === hostId);
  if (node === undefined) throw new Error(hostId);
  const context = { ...testContext(node, { secrets }), random };
  return meeting === undefined ? context : { ...context, together: meeting.place(hostId) };
}

/** As the engine carries them out: all at the same time; whoever ends leaves. */
async function applyAll(rotate = 'order-1') {
  const meeting = new Meeting(ids, 'all-or-none');
  return await Promise.all(
    ids.map(async (id) => {
      const context = on(id, meeting);
      const before = value(await esPassword.capture(change(id, rotate), context));
      const applied = await esPassword.apply(change(id, rotate), before, context);
      const verified = applied.ok
        ? await esPassword.verify(change(id, rotate), applied.value, context)
        : applied;
      context.together?.leave(verified.ok ? 'done' : 'failed');
      return { id, before, applied, verified };
    }),
  );
}

async function undoAll(done: Awaited<ReturnType<typeof applyAll>>, rotate = 'order-1') {
  for (const { id, before, applied } of done) {
    const mark = applied.ok ? applied.value : undefined;
    value(await esPassword.revert(change(id, rotate), before, mark, { ...on(id), force: false }));
  }
}

async function vault() {
  const kept = value(await secrets.list()).map(({ ref }) => ref);
  const values = await Promise.all(kept.map(async (ref) => value(await secrets.get(ref)).reveal()));
  return Object.fromEntries(kept.map((ref, index) => [ref, values[index]]));
}
const before = { 'es/a/elastic': old, 'es/b/elastic': old };
const writes = () => nodes.map(({ sent }) => sent.filter(({ method }) => method === 'POST').length);

it('is set once, proven by every node, kept for every host, and taken back for all of them', async () => {
  const done = await applyAll();
  expect(done.map(({ verified }) => verified.ok)).toEqual([true, true, true]);
  expect(passwords.elastic).not.toBe(old);
  expect(writes()).toEqual([1, 0, 0]);
  for (const { sent } of nodes)
    expect(
      sent.some(
        ({ credential }) =>
          credential?.type === 'basic' && credential.password.reveal() === passwords.elastic,
      ),
    ).toBe(true);
  const kept = await vault();
  for (const id of ids) expect(kept[`es/${id}/elastic`]).toBe(passwords.elastic);
  for (const { id, before: image } of done) {
    const looked = value(await esPassword.inspect(change(id), on(id)));
    expect(looked).toMatchObject({ inPlace: true, diffs: [] });
    expect(await esPassword.complete?.(change(id), image, on(id))).toEqual({ ok: true, value: true });
  }
  expect(JSON.stringify(done.map(({ applied }) => applied))).not.toContain(passwords.elastic);
  // Twice: asked for again after an interruption, nothing is left to do.
  for (const _ of [1, 2]) {
    await undoAll(done);
    expect([passwords.elastic, await vault()]).toEqual([old, before]);
  }
});

it('two orders go back one after the other, each to its own', async () => {
  const first = await applyAll('order-1');
  const between = passwords.elastic;
  const second = await applyAll('order-2');
  const early = await esPassword.revert(
    change('b', 'order-1'),
    first[1]?.before ?? new Uint8Array(),
    {},
    {
      ...on('b'),
      force: false,
    },
  );
  expect(early).toMatchObject({ ok: false, error: { code: 'NOT_REVERSIBLE' } });
  await undoAll(second, 'order-2');
  expect(passwords.elastic).toBe(between);
  expect((await vault())['es/c/elastic']).toBe(between);
  await undoAll(first, 'order-1');
  expect([passwords.elastic, await vault()]).toEqual([old, before]);
});

it('fails for all when one node does not accept it, and goes back', async () => {
  const third = nodes[2] as PasswordNode;
  third.deaf = true;
  const done = await applyAll();
  expect(done[2]?.applied).toMatchObject({ ok: false, error: { code: 'ES_AUTH_FAILED' } });
  third.deaf = false;
  await undoAll(done);
  expect([passwords.elastic, await vault()]).toEqual([old, before]);
});

it('is not begun when another host is lost first', async () => {
  const meeting = new Meeting(ids, 'all-or-none');
  meeting.place('c').leave('failed');
  const context = on('a', meeting);
  const image = value(await esPassword.capture(change('a'), context));
  expect(await esPassword.apply(change('a'), image, context)).toMatchObject({
    error: { code: 'PEER_FAILED', hostState: 'unchanged' },
  });
  expect([passwords.elastic, await vault()]).toEqual([old, before]);
});

it.each([
  ['the vault was written and the node had not heard of it', old, false],
  ['the node had taken it', 'new-elastic-1', true],
])('killed when %s, the cluster is asked which one is right', async (_, valid, isNew) => {
  const images = await Promise.all(ids.map((id) => esPassword.capture(change(id), on(id))));
  value(await secrets.put('es/a/elastic/next', new Secret('new-elastic-1'), 'test'));
  passwords.elastic = valid;
  const settled = await esPassword.complete?.(change('a'), value(images[0] as never), on('a'));
  expect(settled).toEqual({ ok: true, value: isNew });
  const kept = await vault();
  expect(kept['es/b/elastic']).toBe(valid);
  for (const [index, id] of (['b', 'c'] as const).entries())
    expect(await esPassword.complete?.(change(id), value(images[index + 1] as never), on(id))).toEqual({
      ok: true,
      value: isNew,
    });
  if (isNew) expect(kept['es/c/elastic']).toBe(valid);
});

it('is described as what it is', () => {
  expect(esPassword.describe(change('a')).words.at(-1)).toMatch(/cluster of 3 nodes.*every one of them/);
  expect(esPassword.together?.(change('b'))).toEqual(ids);
});
