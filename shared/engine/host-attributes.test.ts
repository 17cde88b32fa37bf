/** Capabilities that could not be given back after a change of owner are a failure; a host that has none has nothing to fail. */
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { keepCapabilities } from './host-attributes.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'capabilities-'));
  writeFileSync(join(folder, 'script'), keepCapabilities);
  writeFileSync(join(folder, 'f'), '');
});
afterEach(() => rmSync(folder, { recursive: true }));

function teach(name: string, program: string): void {
  writeFileSync(join(folder, name), `#!/bin/sh\n${program}\n`);
  chmodSync(join(folder, name), 0o755);
}
function run(act: 'get' | 'put'): number | null {
  const env = { PATH: `${folder}:${process.env['PATH'] ?? ''}` };
  return spawnSync('sh', ['script', act, 'list', './f'], { cwd: folder, env }).status;
}

it('what the tools of attr cannot set is a failure', () => {
  teach('getfattr', `[ "$1" = --version ] || { echo security.capability=0x01; exit 1; }`);
  teach('setfattr', '[ "$1" = --version ]');
  expect([run('get'), run('put')]).toEqual([0, 1]);
  teach('setfattr', 'exit 0');
  expect(run('put')).toBe(0);
  writeFileSync(join(folder, 'list'), '');
  teach('setfattr', '[ "$1" = --version ]');
  expect(run('put')).toBe(0);
});

const perl = spawnSync('perl', ['-v']).status === 0;
if (!perl)
  process.stdout.write(
    'Perl is not here: setting capabilities with it is not tried. It runs where Perl is installed.\n',
  );

it.skipIf(!perl)('what Perl cannot set is a failure, and a file that is gone is none', () => {
  teach('getfattr', 'exit 127');
  expect([run('get'), readFileSync(join(folder, 'list'), 'utf8'), run('put')]).toEqual([0, '', 0]);
  // No kernel takes a capability of this form.
  writeFileSync(join(folder, 'list'), '01 ./f\0');
  expect(run('put')).toBe(1);
  writeFileSync(join(folder, 'list'), '01 ./gone\0');
  expect(run('put')).toBe(0);
});
