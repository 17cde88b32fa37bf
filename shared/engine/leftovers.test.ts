import { chmodSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { value } from '../../test/support/change-harness.ts';
import { EngineBench } from '../../test/support/engine-harness.ts';
import { content } from '../../test/support/three-files.ts';
import { appError } from '../domain/error.ts';
import { fail, succeed } from '../domain/result.ts';
import { applyPlan } from './apply.ts';
import { sweepLeftovers } from './leftovers.ts';
import { tagOf } from './parts.ts';
import { recoverHost } from './recover.ts';

let bench: EngineBench;
beforeEach(() => {
  bench = new EngineBench();
  bench.host.place('/srv/app/a', 'old');
});
afterEach(() => bench.host.remove());

function leave(path: string, names: readonly string[] = ['f', 'old'], mode = 0o700): string {
  const folder = bench.host.path(path);
  mkdirSync(folder, { recursive: true });
  for (const name of names) writeFileSync(`${folder}/${name}`, 'x');
  chmodSync(folder, mode);
  return folder;
}

describe('what an interrupted write left', () => {
  it('goes where it is ours, and nothing else does', async () => {
    const ours = [
      leave('/srv/app/.bulwark-p-1'),
      leave('/srv/app/.bulwark-p-1-0', []),
      leave('/etc/sysctl.d/.bulwark-p-1-12', ['f']),
    ];
    const others = [
      leave('/srv/app/.bulwark-p-2'),
      leave('/srv/app/.bulwark-p-10'),
      leave('/srv/app/.bulwark-p-1-x'),
      leave('/srv/app/.bulwark-p-1-3', ['f', 'theirs']),
      leave('/srv/app/.bulwark-p-1-4', ['f'], 0o755),
    ];
    bench.host.place('/srv/app/.bulwark-p-1-5', 'a file');
    value(await sweepLeftovers(bench.host, content('/srv/app/a', 'new'), 'p-1'));
    expect(ours.filter((path) => existsSync(path))).toEqual([]);
    expect(others.filter((path) => existsSync(path))).toEqual(others);
    expect(existsSync(`${others[3]}/f`)).toBe(true);
    expect(existsSync(bench.host.path('/srv/app/.bulwark-p-1-5'))).toBe(true);
  });

  it('is removed when the interrupted step is settled', async () => {
    const plan = value(await bench.plan(bench.request('one', content('/srv/app/a', 'new'))));
    let folder = '';
    bench.host.before = (request) => {
      if (request.name !== 'write-file') return succeed(undefined);
      folder = leave(`/srv/app/.bulwark-${tagOf(plan.id, plan.steps[0]?.id ?? '')}`);
      bench.reachable = false;
      return fail(appError('SSH_CONNECTION_LOST', 'Gone.', 'Wait.', { hostState: 'unknown' }));
    };
    value(await applyPlan(bench.applying(plan), bench.parts));
    expect(existsSync(folder)).toBe(true);
    bench.host.before = undefined;
    bench.reachable = true;
    const settled = await recoverHost({ hostId: 'local', how: 'settle', breakLock: true }, bench.parts);
    expect(settled).toMatchObject({ ok: true, value: { result: 'settled' } });
    expect(existsSync(folder)).toBe(false);
  });
});
