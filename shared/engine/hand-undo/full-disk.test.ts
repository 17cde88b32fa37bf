/** What the host cannot write or list is neither called undone nor forgotten. */
import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { value } from '../../../test/support/change-harness.ts';
import { EngineBench } from '../../../test/support/engine-harness.ts';
import { nothingCanBeWritten } from '../../../test/support/hand-undo-script.ts';
import { handUndoFolder } from '../../domain/hand-undo.ts';
import { succeed } from '../../domain/result.ts';
import { applyPlan } from '../apply.ts';
import { fileMode } from '../changes/file-mode/file-mode.ts';

const folder = '/etc/my dir';
const file = `${folder}/c.yml`;
const tool = `${folder}/tool`;
let bench: EngineBench;
beforeEach(async () => {
  bench = new EngineBench({
    'file-mode': {
      ...fileMode,
      inspect: () => Promise.resolve(succeed({ inPlace: false, diffs: [], words: [] })),
      capture: () => Promise.resolve(succeed(new Uint8Array())),
      apply: () => {
        chmodSync(bench.host.path(folder), 0o700);
        chmodSync(bench.host.path(file), 0o600);
        chmodSync(bench.host.path(tool), 0o700);
        return Promise.resolve(succeed({}));
      },
      verify: () => Promise.resolve(succeed(undefined)),
    },
  });
  bench.host.place(file, 'x: 1\n', 0o640);
  bench.host.place(tool, '', 0o750);
  chmodSync(bench.host.path(folder), 0o750);
  const plan = value(
    await bench.plan(
      bench.request('one', {
        kind: 'file-mode',
        entries: [{ path: folder, mode: '0700', below: { fileMode: '0600' } }],
      }),
    ),
  );
  value(await applyPlan(bench.applying(plan), bench.parts));
});
afterEach(() => bench.host.remove());

const items = () => bench.host.path(`${handUndoFolder}/items`);
const modes = () => [folder, file].map((path) => (statSync(bench.host.path(path)).mode & 0o7777).toString(8));
const env = () => ({
  ...process.env,
  PATH: `${bench.host.path('/..')}/bin:${process.env['PATH'] ?? ''}`,
});
function byHand(before: readonly string[] = [], ...args: readonly string[]) {
  const [command = 'sh', ...rest] = [...before, 'sh', bench.host.path(`${handUndoFolder}/undo`), ...args];
  const ran = spawnSync(command, rest, { encoding: 'utf8', env: env() });
  return { code: ran.status, said: ran.stdout + ran.stderr };
}
function untouched(said: string): void {
  expect(said).not.toMatch(/^undone/m);
  expect(said).not.toContain('Everything');
  expect(modes()).toEqual(['700', '600']);
  expect(readdirSync(items())).toHaveLength(1);
}
/** Modes, and whether a record is left, after one more call. */
const comesBack = () => [byHand().code, ...modes(), existsSync(items())];
const back = [0, '750', '640', false];

it('where nothing can be written, nothing is said to be undone and the record stays', () => {
  for (const args of [[], ['--force']]) {
    const { code, said } = byHand(nothingCanBeWritten, ...args);
    expect(code).toBe(1);
    expect(said).toContain('the host could not list owners and modes');
    untouched(said);
  }
  expect(comesBack()).toEqual(back);
});

it.each([
  ['find', 'exit 1'],
  ['find', 'echo "find: /x: Input/output error" >&2; exit 1'],
  ['find', 'exit 0'],
  ['sort', 'exit 2'],
  ['awk', 'exit 2'],
  ['tail', 'exit 0'],
  ['chmod', 'exit 0'],
])('a %s that does “%s” undoes nothing and loses nothing', (tool, program) => {
  bench.host.teach(tool, program);
  const { code, said } = byHand();
  expect(code).toBe(1);
  untouched(said);
  rmSync(`${bench.host.path('/..')}/bin/${tool}`);
  expect(comesBack()).toEqual(back);
});

it('files that vanish while they are listed keep nothing back', () => {
  bench.host.teach(
    'find',
    `PATH=\${PATH#*:}; find "$@"; echo "find: '$1/gone': No such file or directory" >&2; exit 1`,
  );
  expect(comesBack()).toEqual(back);
});

it('a folder that is gone is left to the operator, who may pass over it', () => {
  rmSync(bench.host.path(folder), { recursive: true });
  const { code, said } = byHand();
  expect([code, said]).toEqual([1, expect.stringMatching(/^drift .*what it concerns is no longer there/m)]);
  expect(byHand([], '--force').code).toBe(0);
});

it('takes a set-id bit off a folder again that came since, when forced', () => {
  chmodSync(bench.host.path(folder), 0o2700);
  expect(byHand().code).toBe(1);
  expect([byHand([], '--force').code, modes()]).toEqual([0, ['750', '640']]);
});

it('gives a program its capabilities back, and says so when it cannot', () => {
  const list = '# file: ./tool\\nsecurity.capability=0x01\\n';
  bench.host.teach('getfattr', `[ "$1" = --version ] || printf '${list}'`);
  bench.host.teach('setfattr', '[ "$1" = --version ]');
  const { code, said } = byHand();
  expect([code, said]).toEqual([1, expect.stringMatching(/owner or mode of .*\/tool could not be set/)]);
  expect(readdirSync(items())).toHaveLength(1);
  bench.host.teach('setfattr', '[ "$1" = --version ] || cat "${2#--restore=}" > "$ROOT/given"');
  expect(comesBack()).toEqual(back);
  expect(readFileSync(bench.host.path('/given'), 'utf8')).toBe('# file: ./tool\nsecurity.capability=0x01\n');
});
