/** Settling passwords that an interruption left between the vault and the node: the node is asked, and decides. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { installOn } from '../../../../test/integration/es-installs.ts';
import { value } from '../../../../test/support/change-harness.ts';
import { EngineBench } from '../../../../test/support/engine-harness.ts';
import { NodeHost } from '../../../../test/support/node-host.ts';
import { appError } from '../../../domain/error.ts';
import { fail, succeed } from '../../../domain/result.ts';
import { Secret } from '../../../domain/secret.ts';
import type { EngineParts } from '../../parts.ts';
import { interruptedSteps, recoverHost } from '../../recover.ts';
import { rollBack } from '../../rollback.ts';
import { esPassword } from './es-password.ts';

const [ref, kibana] = ['es/lab/elastic', 'es/lab/kibana_system'];
const change = {
  kind: 'es-password',
  install: { ...installOn('half-secured'), pathConf: '/etc/elasticsearch' },
  users: [
    { name: 'elastic', ref, length: 24 },
    { name: 'kibana_system', ref: kibana, length: 24 },
  ],
} as const;

let bench: EngineBench;
let node: NodeHost;
/** What the node has, by user. */
let passwords: Record<string, string>;
/** The security index is not there yet. */
let recovering: boolean;

beforeEach(() => {
  node = new NodeHost();
  bench = new EngineBench({ 'es-password': esPassword }, node);
  passwords = { elastic: 'old-elastic', kibana_system: 'old-kibana' };
  recovering = false;
  node.answer = (request) => {
    const answer = (status: number, body: unknown) =>
      succeed({ status, headers: {}, body: new TextEncoder().encode(JSON.stringify(body)) });
    const { credential } = request;
    if (request.tls !== false) {
      return fail(appError('COMMAND_FAILED', 'No TLS here.', 'None.', { hostState: 'unchanged' }));
    }
    if (
      recovering ||
      credential?.type !== 'basic' ||
      passwords[credential.user] !== credential.password.reveal()
    ) {
      return answer(401, {});
    }
    return answer(200, { username: credential.user });
  };
});
afterEach(() => bench.host.remove());

/** The step was begun; what came after is up to the test. */
async function interrupted(parts: EngineParts): Promise<void> {
  const image = value(await parts.blobs.put(new TextEncoder().encode('{"version":1,"leftAlone":[]}')));
  const at = { hostId: 'local', planId: 'p', stepId: '01-es-password' };
  value(
    await parts.journal.append({
      type: 'intent',
      ...at,
      planDigest: 'd',
      controls: [],
      change: { ...change, users: [...change.users] },
      title: 'set new passwords',
      diffs: [],
      beforeImage: image,
    }),
  );
}
const put = (place: string, password: string) => bench.parts.secrets.put(place, new Secret(password), 'test');
async function inVault(place: string): Promise<string | undefined> {
  const secret = await bench.parts.secrets.get(place);
  return secret.ok ? secret.value.reveal() : undefined;
}
const settle = async () =>
  value(await recoverHost({ hostId: 'local', how: 'settle', breakLock: true }, bench.parts));
const open = async () => value(await interruptedSteps(bench.journal, ['local']));
const attempts = (password: string) =>
  node.sent.filter(
    ({ credential }) => credential?.type === 'basic' && credential.password.reveal() === password,
  ).length;

describe('killed between the vault and the node', () => {
  it('has its earlier password, as that one shows; the new one stays in the vault, as a write may come late', async () => {
    await interrupted(bench.parts);
    await put(`${ref}/next`, 'new-elastic');
    await put(`${ref}/previous`, 'old-elastic');
    const report = await settle();
    expect(report).toMatchObject({ result: 'settled', items: [{ result: 'undone' }] });
    expect(report.items[0]?.note).toContain('the new one stays in the vault');
    expect(await open()).toEqual([]);
    expect(await inVault(`${ref}/next`)).toBe('new-elastic');
    expect(await inVault(`${ref}/previous`)).toBe('old-elastic');
    expect(bench.clock.slept).toEqual([]);
  });

  it('has its earlier password that nobody knows, after the node had time; the new one stays in the vault', async () => {
    await interrupted(bench.parts);
    await put(`${ref}/next`, 'new-elastic');
    const report = await settle();
    expect(report).toMatchObject({ result: 'settled', items: [{ result: 'undone' }] });
    expect(report.items[0]?.note).toContain('is tried first when this is done again');
    expect(await inVault(`${ref}/next`)).toBe('new-elastic');
    expect(bench.clock.slept).toContain(30_000);
    expect(attempts('new-elastic')).toBeLessThanOrEqual(3);
  });

  it('has the new one when the node heard of it: it is confirmed and kept', async () => {
    await interrupted(bench.parts);
    await put(ref, 'stale');
    await put(`${ref}/next`, 'new-elastic');
    await put(`${kibana}/next`, 'new-kibana');
    passwords = { elastic: 'new-elastic', kibana_system: 'new-kibana' };
    expect(await settle()).toMatchObject({ result: 'settled', items: [{ result: 'kept' }] });
    expect([await inVault(ref), await inVault(kibana)]).toEqual(['new-elastic', 'new-kibana']);
    expect([await inVault(`${ref}/next`), await inVault(`${ref}/previous`)]).toEqual([undefined, 'stale']);
    expect(await open()).toEqual([]);
    // Taking it back afterwards is refused, and leaves nothing open.
    const undone = value(
      await rollBack({ hostId: 'local', scope: { of: 'host' }, reason: 'test' }, bench.parts),
    );
    expect(undone).toMatchObject({ result: 'incomplete', items: [{ error: { code: 'NOT_REVERSIBLE' } }] });
    expect(await open()).toEqual([]);
  });

  it('half-way through the users stays as far as it came, and says whom it did not reach', async () => {
    await interrupted(bench.parts);
    await put(ref, 'new-elastic');
    await put(`${kibana}/next`, 'new-kibana');
    passwords['elastic'] = 'new-elastic';
    const report = await settle();
    expect(report).toMatchObject({ result: 'settled', items: [{ result: 'kept' }] });
    expect(report.items[0]?.note).toContain('kibana_system still has the earlier password');
    expect(await open()).toEqual([]);
    expect(await inVault(`${kibana}/next`)).toBe('new-kibana');
  });

  it('is asked for again while the node cannot tell', async () => {
    await interrupted(bench.parts);
    await put(`${ref}/next`, 'new-elastic');
    passwords['elastic'] = 'new-elastic';
    recovering = true;
    bench.host.teach('journalctl', "echo 'master not discovered or elected yet'");
    const report = await settle();
    expect(report).toMatchObject({
      result: 'incomplete',
      items: [{ result: 'failed', error: { code: 'ES_NOT_READY', retryable: true } }],
    });
    expect(await open()).toHaveLength(1);
    recovering = false;
    expect(await settle()).toMatchObject({ result: 'settled' });
    expect(await inVault(ref)).toBe('new-elastic');
  });

  it('is not decided while the node is down', async () => {
    await interrupted(bench.parts);
    await put(`${ref}/next`, 'new-elastic');
    node.answer = undefined;
    expect(await settle()).toMatchObject({
      result: 'incomplete',
      items: [{ error: { code: 'ES_NOT_READY', nextStep: 'Start the node and try again.' } }],
    });
    expect(await inVault(`${ref}/next`)).toBe('new-elastic');
  });

  it('undoing decides the same way', async () => {
    await interrupted(bench.parts);
    await put(`${ref}/next`, 'new-elastic');
    await put(`${ref}/previous`, 'old-elastic');
    const undone = await rollBack({ hostId: 'local', scope: { of: 'host' }, reason: 'test' }, bench.parts);
    expect(value(undone).result).toBe('undone');
    expect(await open()).toEqual([]);
  });
});
