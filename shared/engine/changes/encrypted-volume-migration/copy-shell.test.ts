/** The copy really made, also where the owner of the folder around it puts a link in its place. */
import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { copyFunctions } from './copy-shell.ts';

const shells = [['/bin/sh'], ['bash', '--posix'], ['busybox', 'sh']].filter(
  ([name = '', ...rest]) => spawnSync(name, [...rest, '-c', 'true']).status === 0,
);

describe.each(shells)('by %s %s', (name, ...rest) => {
  let folder: string;
  const run = (script: string) =>
    spawnSync(
      name ?? 'sh',
      [...rest, '-c', `set -u; umask 077; d=$PWD; cd "$d"\n${copyFunctions}\n${script}`],
      { cwd: folder, encoding: 'utf8' },
    );
  beforeEach(() => {
    folder = realpathSync(mkdtempSync(join(tmpdir(), 'copy-shell-')));
    mkdirSync(join(folder, 'from/nodes'), { recursive: true });
    writeFileSync(join(folder, 'from/nodes/a'), 'a');
    linkSync(join(folder, 'from/nodes/a'), join(folder, 'from/b'));
    chmodSync(join(folder, 'from'), 0o2750);
    mkdirSync(join(folder, 'to'), { mode: 0o700 });
    mkdirSync(join(folder, 'elsewhere'), { mode: 0o755 });
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it('is equal to what was copied', () => {
    const ran = run(
      'copy "$d/from" "$d/to" && manifest "$d/from" here && manifest "$d/to" there && cmp here there',
    );
    expect(ran.stderr).toBe('');
    expect(ran.status).toBe(0);
    expect(statSync(join(folder, 'to')).mode & 0o7777).toBe(0o2750);
    expect(statSync(join(folder, 'to/b')).nlink).toBe(2);
  });

  it('is not made in a folder of somebody else, and what is made stays out of it', () => {
    writeFileSync(
      join(folder, 'swap'),
      'mv "$1/to" "$1/moved"; ln -s "$1/elsewhere" "$1/to"; shift; exec /bin/cp "$@"',
    );
    // Right before the first byte is written.
    run(
      'cp() { [ "$1" != -a ] || set -- "$d" "$@"; case $1 in /*) sh "$d/swap" "$@" ;; *) command cp "$@" ;; esac; }; copy "$d/from" "$d/to"',
    );
    expect(readdirSync(join(folder, 'elsewhere'))).toEqual([]);
    expect(statSync(join(folder, 'elsewhere')).mode & 0o7777).toBe(0o755);
    expect(readFileSync(join(folder, 'moved/b'), 'utf8')).toBe('a');
  });
});
