/** The tables really written and put back, also when not one byte more can be written (a limit of 0 on the size of files). */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { tableFunctions } from './table-shell.ts';

const shells = [['/bin/sh'], ['bash', '--posix'], ['busybox', 'sh']].filter(
  ([name = '', ...rest]) => spawnSync(name, [...rest, '-c', 'true']).status === 0,
);
const full = "trap '' XFSZ; ulimit -f 0";
const fstab = '# kept\ttab\nproc /proc proc defaults 0 0\n';
const line = 'UUID=1 /srv/es ext4 defaults,nofail 0 2';

describe.each(shells)('by %s %s', (name, ...rest) => {
  let folder: string;
  let etc: string;
  const run = (script: string) =>
    spawnSync(
      name ?? 'sh',
      [
        ...rest,
        '-c',
        `set -u; umask 077; direction=there; systemctl() { :; }; flush() { :; }\nexists() { [ -e "$1" ] || [ -L "$1" ]; }\n${tableFunctions}\n${script}`,
      ],
      { cwd: folder, encoding: 'utf8' },
    ).status;
  const look = () => ({
    text: readFileSync(join(etc, 'fstab'), 'utf8'),
    mode: statSync(join(etc, 'fstab')).mode & 0o777,
    names: readdirSync(etc).filter((one) => !one.endsWith('.bulwark-old')),
  });
  const old = { text: fstab, mode: 0o664, names: ['fstab'] };

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'table-shell-'));
    etc = join(folder, 'etc');
    mkdirSync(etc);
    writeFileSync(join(etc, 'fstab'), fstab);
    spawnSync('chmod', ['664', join(etc, 'fstab')]);
    writeFileSync(join(folder, 'edits'), `${etc}/fstab\n${etc}/crypttab\n`);
    writeFileSync(join(folder, 'edit-1.old'), fstab);
    writeFileSync(join(folder, 'edit-1.new'), `${fstab}${line}\n`);
    writeFileSync(join(folder, 'edit-2.new'), 'luks-1 UUID=2 none\n');
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it('writes all and puts all back, to bytes and modes', () => {
    expect(run('expected && tables new')).toBe(0);
    expect(look()).toEqual({ text: `${fstab}${line}\n`, mode: 0o664, names: ['crypttab', 'fstab'] });
    expect(run('tables new'), 'a second time').toBe(0);
    expect(run('tables old')).toBe(0);
    expect(look()).toEqual(old);
  });
  it('writes nothing on a full disk', () => {
    expect(run(`${full}; tables new`)).not.toBe(0);
    expect(look().text).toBe(fstab);
    expect(look().mode).toBe(0o664);
  });
  it('puts them back when the disk fills up after the first one, and after all of them', () => {
    expect(run(`put edit-1.new "${etc}/fstab" edit-1.old && ${full}; tables old`)).toBe(0);
    expect(look()).toEqual(old);
    expect(run(`tables new && ${full}; tables old`)).toBe(0);
    expect(look()).toEqual(old);
  });
  it('keeps what somebody else wrote into one meanwhile, and never half of it', () => {
    expect(run('tables new')).toBe(0);
    const theirs = `${fstab}${line}\n# theirs\n`;
    writeFileSync(join(etc, 'fstab'), theirs);
    expect(run(`${full}; tables old`)).not.toBe(0);
    expect(look().text).toBe(theirs);
    expect(run('tables old')).toBe(0);
    expect(look()).toEqual({ ...old, text: `${fstab}# theirs\n` });
  });
});
