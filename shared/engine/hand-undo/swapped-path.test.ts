/** By hand as by Bulwark: whoever owns a folder and puts a link in its place leads root nowhere else. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { value } from '../../../test/support/change-harness.ts';
import { EngineBench } from '../../../test/support/engine-harness.ts';
import { content } from '../../../test/support/three-files.ts';
import type { Change } from '../../domain/change.ts';
import { handUndoFolder } from '../../domain/hand-undo.ts';
import { applyPlan } from '../apply.ts';

let bench: EngineBench;
beforeEach(() => {
  bench = new EngineBench();
  mkdirSync(bench.host.path('/elsewhere'));
  bench.host.place('/elsewhere/a', 'root’s');
});
afterEach(() => bench.host.remove());

const byHand = () =>
  spawnSync('sh', [bench.host.path(`${handUndoFolder}/undo`)], {
    encoding: 'utf8',
    env: { ...process.env, PATH: `${bench.host.path('/..')}/bin:${process.env['PATH'] ?? ''}` },
  });

it.each([
  ['put back', 'cp', true, ['.bulwark-undo']],
  ['put back', 'mkdir', true, []],
  ['put back', 'mv', true, ['.bulwark-undo']],
  ['removed', 'rm', false, []],
])('a file that is %s stays in its folder when that is swapped at %s', async (_, tool, there, theirs) => {
  if (there) bench.host.place('/srv/app/a', 'old');
  else mkdirSync(bench.host.path('/srv/app'), { recursive: true });
  const change = content('/srv/app/a', 'new');
  const plan = value(
    await bench.plan(bench.request('one', there ? change : ({ ...change, expects: 'absent' } as Change))),
  );
  value(await applyPlan(bench.applying(plan), bench.parts));
  bench.host.teach(
    tool,
    `PATH=/usr/bin:/bin
     case "$*" in *items*/1.file*|*.bulwark-undo*|"-f -- ./a"|*/srv/app/a|"-f "*" ../a")
       if [ ! -e "$ROOT/srv/moved" ]; then mv "$ROOT/srv/app" "$ROOT/srv/moved"; ln -s "$ROOT/elsewhere" "$ROOT/srv/app"
         case $PWD in */.bulwark-undo) mkdir "$ROOT/elsewhere/\${PWD##*/}" ;; esac
       fi ;;
     esac
     exec ${tool} "$@"`,
  );
  byHand();
  expect(readdirSync(bench.host.path('/srv'))).toContain('moved');
  const elsewhere = readdirSync(bench.host.path('/elsewhere')).map((name) => name.replace(/\d+$/, ''));
  expect(elsewhere.sort()).toEqual([...theirs, 'a']);
  expect(readFileSync(bench.host.path('/elsewhere/a'), 'utf8')).toBe('root’s');
});
