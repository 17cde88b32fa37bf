/** Each way of calling the program on the host finds what lies beside it; what holds nothing is not called taken back. */
import { spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { value } from '../../../test/support/change-harness.ts';
import { type ThreeFiles, threeFiles } from '../../../test/support/three-files.ts';
import { handUndoFolder } from '../../domain/hand-undo.ts';
import { applyPlan } from '../apply.ts';
import { guardFolder } from '../guard-scripts.ts';

let bench: ThreeFiles['bench'];
let read: ThreeFiles['read'];
let kit: string;
beforeEach(async () => {
  const three = await threeFiles();
  ({ bench, read } = three);
  value(await applyPlan(bench.applying(three.plan), bench.parts));
  kit = bench.host.path(handUndoFolder);
});
afterEach(() => bench.host.remove());

function call(cwd: string, script: string): { readonly code: number | null; readonly said: string } {
  const env = { ...process.env, CDPATH: bench.host.path('/elsewhere') };
  const ran = spawnSync('sh', [script], { encoding: 'utf8', cwd, env });
  return { code: ran.status, said: ran.stdout + ran.stderr };
}

const ways: readonly (readonly [string, () => { readonly code: number | null; readonly said: string }])[] = [
  ['by its whole path', () => call('/', join(kit, 'undo'))],
  ['sh undo, in its folder', () => call(kit, 'undo')],
  ['sh ./undo, in its folder', () => call(kit, './undo')],
  ['sh undo/undo, in the folder above', () => call(dirname(kit), 'undo/undo')],
  [
    'through a link to its folder',
    () => {
      symlinkSync(kit, bench.host.path('/etc/link'));
      return call(bench.host.path('/etc'), 'link/undo');
    },
  ],
  [
    'through a link to it',
    () => {
      symlinkSync(join(kit, 'undo'), bench.host.path('/etc/take back'));
      return call(bench.host.path('/etc'), 'take back');
    },
  ],
];

describe.each(ways)('called %s', (_, run) => {
  it('takes everything back and leaves nothing', () => {
    mkdirSync(bench.host.path('/elsewhere/undo'), { recursive: true });
    const { code, said } = run();
    expect([code, said.match(/^undone/gm)?.length, read('/etc/a')]).toEqual([0, 3, 'old']);
    expect([existsSync(kit), existsSync(bench.host.path('/elsewhere/undo'))]).toEqual([false, true]);
  });

  it('sees an armed guard', () => {
    const folder = bench.host.path(`${guardFolder}/plan-1-01-firewall-ruleset`);
    mkdirSync(folder, { recursive: true });
    writeFileSync(`${folder}/armed`, '60\n');
    expect([run().code, read('/etc/a')]).toEqual([75, 'new a']);
  });
});

it('a copy beside which nothing lies takes nothing back, removes nothing and says so', () => {
  const copy = bench.host.path('/etc/copy');
  mkdirSync(copy);
  for (const name of ['undo', 'root']) copyFileSync(join(kit, name), join(copy, name));
  const { code, said } = call(copy, 'undo');
  expect([code, said]).toEqual([70, `Nothing is kept in ${copy}.\n`]);
  expect([existsSync(join(copy, 'undo')), read('/etc/a')]).toEqual([true, 'new a']);
});
