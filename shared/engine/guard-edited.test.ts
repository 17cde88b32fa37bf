/** A file that access hangs on, or that holds rules of a firewall, edited by somebody else before the guard fires. */
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { testContext, value } from '../../test/support/change-harness.ts';
import { LocalHost } from '../../test/support/local-host.ts';
import { armGuard, fallBack, fireGuard, type Guard, type SavedFile } from './guard.ts';

let host: LocalHost;
const path = '/etc/ssh/sshd_config';
const kept = `${path}.edited-g-1`;

beforeEach(() => {
  host = new LocalHost();
  mkdirSync(host.path('/var/lib'), { recursive: true });
  host.place(path, 'old\n', 0o644);
});
afterEach(() => host.remove());

const arm = (edited: SavedFile['edited'], clear?: string): Promise<Guard> => {
  const context = testContext(host, { tag: 'g-1' });
  const save = [{ path, writes: context.digest.sha256('old\nours\n'), edited }];
  return armGuard(context, {
    seconds: 600,
    revert: 'exit 0\n',
    files: [],
    save,
    ...(clear === undefined ? {} : { clear }),
  }).then(value);
};
const fire = async () => value(await fireGuard(host, 'g-1'));
const put = (text: string) => writeFileSync(host.path(path), text);
const read = (name: string) => readFileSync(host.path(name), 'utf8');
const folder = () => readdirSync(host.path('/etc/ssh')).sort();

describe('a file that access hangs on', () => {
  it('comes back, and the edited one is kept beside it for root alone, named in the journal and on the host', async () => {
    const guard = await arm('aside');
    put('old\nours\ntheirs\n');
    chmodSync(host.path(path), 0o664);
    // What the host does by itself when the time is over; the log stays until somebody has looked.
    value(
      await host.run({
        name: 'fires',
        script: 'sh "$1/run.sh" "$1"',
        args: ['/var/lib/bulwark/guard/g-1'],
        privileged: true,
        deadlineSeconds: 20,
      }),
    );
    expect([read(path), read(kept)]).toEqual(['old\n', 'old\nours\ntheirs\n']);
    expect(read('/var/lib/bulwark/guard/g-1/log')).toContain(`kept ${host.path(kept)}`);
    expect(
      [statSync(host.path(path)).mode, statSync(host.path(kept)).mode].map((mode) => mode & 0o777),
    ).toEqual([0o644, 0o600]);
    const fallen = await fallBack(testContext(host, { tag: 'g-1' }), guard, 'no access');
    expect(fallen.ok ? '' : fallen.error.message).toContain(
      `their version is kept as ${kept}, for root alone`,
    );
    expect(existsSync(host.path('/var/lib/bulwark'))).toBe(false);
  });

  it('comes back without a copy where nobody edited it', async () => {
    await arm('aside');
    put('old\nours\n');
    expect(await fire()).toEqual([]);
    expect([read(path), folder()]).toEqual(['old\n', ['sshd_config']]);
  });

  it('comes back with its mode where only that was changed', async () => {
    await arm('aside');
    chmodSync(host.path(path), 0o600);
    expect(await fire()).toEqual([]);
    expect(statSync(host.path(path)).mode & 0o777).toBe(0o644);
  });

  it('comes back where somebody removed it, or put a link or a folder in its place', async () => {
    await arm('aside');
    rmSync(host.path(path));
    expect((await fire())[0]).toContain('had been removed by somebody else');
    expect(read(path)).toBe('old\n');

    await arm('aside');
    rmSync(host.path(path));
    symlinkSync('/etc/shadow', host.path(path));
    expect((await fire())[0]).toContain(`kept as ${kept}`);
    expect(read(path)).toBe('old\n');

    await arm('aside');
    rmSync(host.path(path));
    mkdirSync(host.path(`${path}/theirs`), { recursive: true });
    expect((await fire())[0]).toContain(`kept as ${kept}-1`);
    expect(read(path)).toBe('old\n');
    expect(existsSync(host.path(`${kept}-1/theirs`))).toBe(true);
  });

  it('does not write over what an earlier guard kept, and keeps one copy when it was interrupted', async () => {
    host.place(kept, 'from before');
    await arm('aside');
    put('theirs\n');
    // The host went down between the two steps: a second name is there, and the file is not back yet.
    value(
      await host.run({
        name: 'half',
        script: 'ln "$1" "$2" && mv "$3/armed" "$3/firing"',
        args: [path, `${kept}-1`, '/var/lib/bulwark/guard/g-1'],
        privileged: true,
        deadlineSeconds: 20,
      }),
    );
    expect((await fire())[0]).toContain(`kept as ${kept}-1`);
    expect(folder()).toEqual(['sshd_config', 'sshd_config.edited-g-1', 'sshd_config.edited-g-1-1']);
    expect([read(path), read(kept), read(`${kept}-1`)]).toEqual(['old\n', 'from before', 'theirs\n']);
  });
});

describe('a file of rules', () => {
  const clear = "grep -v '^ours' || [ $? -eq 1 ]\n";

  it('keeps the edit and loses only what the change wrote', async () => {
    await arm('cleared', clear);
    put('old\nours\ntheirs\n');
    chmodSync(host.path(path), 0o640);
    expect(await fire()).toEqual([
      `${path} was changed by somebody else meanwhile: only Bulwark's own rules were taken out of it.`,
    ]);
    expect([read(path), folder(), statSync(host.path(path)).mode & 0o777]).toEqual([
      'old\ntheirs\n',
      ['sshd_config'],
      0o640,
    ]);
  });

  it.each([
    ['has nothing of the change in it', 'old\ntheirs\n'],
    ['and differs by a line end only', 'old\ntheirs'],
  ])('is left where it %s', async (_how, text) => {
    await arm('cleared', clear);
    put(text);
    expect((await fire())[0]).toContain('is left as it is');
    expect(read(path)).toBe(text);
  });

  it('stays away where somebody removed it', async () => {
    await arm('cleared', clear);
    rmSync(host.path(path));
    expect((await fire())[0]).toContain('is left as it is');
    expect(existsSync(host.path(path))).toBe(false);
  });

  it('is put back, with the edited one beside it, where rules of ours were in it before', async () => {
    put('old\nours already\n');
    await arm('cleared', clear);
    put('old\nours\ntheirs\n');
    expect((await fire())[0]).toContain(`kept as ${kept}`);
    expect([read(path), read(kept)]).toEqual(['old\nours already\n', 'old\nours\ntheirs\n']);
  });

  it('is put back, with the edited one beside it, where ours cannot be told from theirs', async () => {
    await arm('cleared', 'exit 3\n');
    put('old ours theirs\n');
    expect((await fire())[0]).toContain(`kept as ${kept}`);
    expect(read(path)).toBe('old\n');
  });
});
