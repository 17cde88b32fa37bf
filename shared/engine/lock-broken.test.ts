/** Breaking a lock: a yes holds for the lock that was asked about, and for no other. */
import { readFileSync, rmSync } from 'node:fs';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { value } from '../../test/support/change-harness.ts';
import { type ThreeFiles, threeFiles } from '../../test/support/three-files.ts';
import { applyPlan } from './apply.ts';
import { lockHost } from './lock.ts';

let bench: ThreeFiles['bench'];
let plan: ThreeFiles['plan'];
beforeEach(async () => {
  ({ bench, plan } = await threeFiles());
});
afterEach(() => bench.host.remove());

const folder = '/run/bulwark/lock';
const holder = () => readFileSync(bench.host.path(`${folder}/info`), 'utf8').split('\n')[1];
const take = (owner: string, force: boolean | string = false) =>
  lockHost(bench.host, { owner, planId: 'p', token: `lock-${owner}`, force });

/** The one who holds it is done, the next one begins. */
async function nextHolder(owner: string): Promise<void> {
  rmSync(bench.host.path(folder), { recursive: true, force: true });
  value(await take(owner));
}

it('breaks the lock that was seen, takes one that is gone, and leaves any other', async () => {
  value(await take('eve'));
  const refused = await take('ada', 'lock-bob');
  expect(refused).toMatchObject({ ok: false, error: { code: 'HOST_LOCKED', lock: 'lock-eve' } });
  expect(refused.ok ? '' : refused.error.message).toContain('eve');
  expect(holder()).toBe('eve');
  value(await take('ada', 'lock-eve'));
  rmSync(bench.host.path(folder), { recursive: true });
  value(await take('eve', 'lock-ada'));
  expect(holder()).toBe('eve');
});

it('gives back a lock that went to somebody else between the look and the breaking', async () => {
  value(await take('bob'));
  const changed = `[ "$1" != lock ] || sed -i 's/bob/eve/' lock/info; exec /bin/mv "$@"`;
  bench.host.teach('mv', changed);
  expect(await take('ada', 'lock-bob')).toMatchObject({ ok: false, error: { lock: 'lock-eve' } });
  expect(holder()).toBe('eve');
});

it('asks anew about who took the host while the question stood', async () => {
  value(await take('bob'));
  const asked: string[] = [];
  const refused = await applyPlan(
    {
      ...bench.applying(plan),
      mayBreakLock: async (_hostId, { message }) => {
        asked.push(message.split(' ')[0] ?? '');
        if (asked.length === 1) await nextHolder('eve');
        return asked.length === 1;
      },
    },
    bench.parts,
  );
  expect(refused).toMatchObject({ ok: false, error: { code: 'HOST_LOCKED', lock: 'lock-eve' } });
  expect(asked).toEqual(['bob', 'eve']);
  expect(holder()).toBe('eve');
});

it('gives up on a host whose lock always goes to the next one', async () => {
  value(await take('o0'));
  let asked = 0;
  const refused = await applyPlan(
    {
      ...bench.applying(plan),
      mayBreakLock: async () => {
        asked += 1;
        await nextHolder(`o${asked}`);
        return true;
      },
    },
    bench.parts,
  );
  expect(refused).toMatchObject({ ok: false, error: { code: 'HOST_LOCKED', lock: 'lock-o3' } });
  expect(asked).toBe(3);
});
