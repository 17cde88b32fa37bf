/** Lines of the account files put back by hand: under the locks that passwd, useradd and vipw respect. */
import { spawn, spawnSync } from 'node:child_process';
import { readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { HandUndoBench, nothingCanBeWritten } from '../../../../test/support/hand-undo-script.ts';
import { accountByHand } from './by-hand.ts';

const before = {
  passwd: 'root:x:0:0::/root:/bin/sh\napp:x:900:900::/srv:/bin/bash\n',
  shadow: 'root:*:1::::::\napp:$y$hash:1::::::\n',
  group: 'root:x:0:\nsudo:x:27:app\n',
  gshadow: 'root:*::\nsudo:*::app\n',
};
type File = keyof typeof before;
const files = Object.keys(before) as File[];

let bench: HandUndoBench;
beforeEach(() => {
  bench = new HandUndoBench(
    accountByHand({
      kind: 'account',
      user: 'app',
      action: {
        do: 'lock',
        shell: '/usr/sbin/nologin',
        leaveGroups: ['sudo'],
        authorizedKeys: [],
        sudoersFiles: [],
      },
    }),
  );
  for (const file of files) bench.place(`/etc/${file}`, before[file]);
  bench.run('keep');
  bench.place('/etc/passwd', before.passwd.replace('/bin/bash', '/usr/sbin/nologin'));
  bench.place('/etc/shadow', before.shadow.replace('$y$', '!$y$'));
  bench.place('/etc/group', before.group.replace(':app', ':'));
  bench.place('/etc/gshadow', before.gshadow.replace(':app', ':'));
  bench.run('seal');
});
afterEach(() => bench.remove());

const seen = () => Object.fromEntries(files.map((file) => [file, bench.read(`/etc/${file}`)]));
const beside = () =>
  readdirSync(bench.path('/etc'))
    .filter((name) => name !== '.pwd.lock')
    .sort();
const all = [...files].sort();

it('puts the lines back and leaves no lock behind', () => {
  expect(bench.run('check')).toEqual({ code: 0, said: '' });
  expect(bench.run('undo')).toEqual({ code: 0, said: '' });
  expect([seen(), beside()]).toEqual([before, all]);
});

describe.each(['perl', 'python3'])('with %s', (language) => {
  const there = spawnSync(language, ['--version']).status === 0;
  if (!there)
    process.stdout.write(
      `${language} is not here: its lock is not tried. It runs where ${language} is installed.\n`,
    );

  it.skipIf(!there)('waits for a program that holds the lock of lckpwdf', async () => {
    if (language === 'python3') bench.teach('perl', 'exit 127');
    const lock = bench.path('/etc/.pwd.lock');
    writeFileSync(lock, '');
    const hold = `open(my $f, ">>", $ARGV[0]); my $l = pack("s s x4 q q l x4", F_WRLCK, 0, 0, 0, 0); fcntl($f, F_SETLK, $l) or die; $| = 1; print "held"; sleep 2`;
    const holder = spawn('perl', ['-MFcntl', '-e', hold, lock]);
    await new Promise((resolve) => holder.stdout.once('data', resolve));
    const begun = Date.now();
    expect(bench.run('undo')).toEqual({ code: 0, said: '' });
    expect(Date.now() - begun).toBeGreaterThan(1000);
    expect(seen()).toEqual(before);
  });
});

it('works where neither is there', () => {
  for (const name of ['perl', 'python3']) bench.teach(name, 'exit 127');
  expect(bench.run('undo')).toEqual({ code: 0, said: '' });
  expect(seen()).toEqual(before);
});

it('takes over a lock whose process is gone, and waits for one that lives', () => {
  bench.place('/etc/passwd.lock', '999999999');
  bench.place('/etc/shadow.lock', `${process.pid}\0`);
  bench.teach('sleep', 'rm -f "$ROOT/etc/shadow.lock"');
  expect(bench.run('undo')).toEqual({ code: 0, said: '' });
  expect([seen(), beside()]).toEqual([before, all]);
});

it('changes nothing while another program keeps its lock', () => {
  const locked = seen();
  bench.place('/etc/group.lock', String(process.pid));
  bench.teach('sleep', 'exit 0');
  expect(bench.run('undo')).toEqual({
    code: 1,
    said: `another program holds /etc/group.lock (process ${process.pid})`,
  });
  expect([seen(), beside()]).toEqual([locked, [...all, 'group.lock'].sort()]);
  expect(statSync(bench.path('/etc/group.lock')).size).toBeGreaterThan(0);
});

describe('a line that could not be kept', () => {
  const create = () =>
    new HandUndoBench(
      accountByHand({
        kind: 'account',
        user: 'app',
        action: { do: 'create-system', group: 'sudo', shell: '/usr/sbin/nologin', home: '/nonexistent' },
      }),
    );

  it('keeps the step from being begun', () => {
    expect(bench.run('keep', nothingCanBeWritten).code).not.toBe(0);
    expect(bench.run('seal', nothingCanBeWritten).code).not.toBe(0);
    bench.remove();
    bench = create();
    for (const file of files) bench.place(`/etc/${file}`, before[file]);
    expect(bench.run('keep', nothingCanBeWritten).code).not.toBe(0);
    expect(bench.run('keep').code).toBe(0);
  });

  it('is no line that was not there: an awk that prints nothing is not believed', () => {
    bench.teach('awk', 'exit 0');
    expect(bench.run('keep').code).not.toBe(0);
  });

  it('is not taken out of the file', () => {
    const locked = seen();
    rmSync(join(bench.folder, 'state/was.passwd.app'));
    expect(bench.run('undo').code).toBe(1);
    expect(seen()).toEqual(locked);
  });

  it('nothing is put back where nothing can be written', () => {
    const locked = seen();
    expect(bench.run('undo', nothingCanBeWritten).code).not.toBe(0);
    expect([seen(), beside()]).toEqual([locked, all]);
  });

  it('no file of shadow passwords, and no such account yet, are no error', () => {
    bench.remove();
    bench = create();
    bench.place('/etc/passwd', 'root:x:0:0::/root:/bin/sh\n');
    bench.place('/etc/group', 'root:x:0:\n');
    expect([bench.run('keep'), bench.run('seal')].map(({ code }) => code)).toEqual([0, 0]);
  });
});
