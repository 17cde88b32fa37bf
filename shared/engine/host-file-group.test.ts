import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, symlinkSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { LocalHost } from '../../test/support/local-host.ts';
import { type GroupMember, writeFilesTogether } from './host-file-group.ts';

const bytes = (text: string) => new TextEncoder().encode(text);
const sha = (text: string) => createHash('sha256').update(text).digest('hex');
const shells =
  process.env['BULWARK_TEST_SHELL'] === undefined
    ? [['sh']]
    : [['sh'], process.env['BULWARK_TEST_SHELL'].split(' ')];

describe.each(shells)('files that belong together, with %s', (...shell) => {
  let host: LocalHost;
  beforeEach(() => {
    host = new LocalHost({ shell });
    mkdirSync(host.path('/etc/other folder'), { recursive: true });
  });
  afterEach(() => host.remove());
  const text = (path: string) => readFileSync(host.path(path), 'utf8');
  const write = (...members: GroupMember[]) => writeFilesTogether(host, members, { tag: 't' });
  const clean = () => [...readdirSync(host.path('/etc')), ...readdirSync(host.path('/etc/other folder'))];

  it('are written, replaced and removed in one command', async () => {
    host.place('/etc/key', 'old key', 0o640);
    host.place('/etc/gone', 'gone');
    const raw = new Uint8Array(Array.from({ length: 100_000 }, (_, index) => index % 256));
    const done = await write(
      { path: '/etc/key', bytes: bytes('new key\n'), expects: sha('old key') },
      { path: '/etc/other folder/$(cert)', bytes: raw, mode: '0604', expects: 'absent' },
      { path: '/etc/gone', bytes: undefined, expects: sha('gone') },
      { path: '/etc/empty', bytes: bytes('') },
    );
    expect(done).toEqual({ ok: true, value: undefined });
    expect(host.names).toEqual(['write-files']);
    expect(text('/etc/key')).toBe('new key\n');
    expect(statSync(host.path('/etc/key')).mode & 0o7777).toBe(0o640);
    expect(readFileSync(host.path('/etc/other folder/$(cert)')).equals(raw)).toBe(true);
    expect(statSync(host.path('/etc/other folder/$(cert)')).mode & 0o7777).toBe(0o604);
    expect(statSync(host.path('/etc/empty')).mode & 0o7777).toBe(0o600);
    expect(clean().sort()).toEqual(['$(cert)', 'empty', 'key', 'other folder']);
  });

  it.each<[string, GroupMember, string]>([
    [
      'another file underneath',
      { path: '/etc/b', bytes: bytes('x'), expects: sha('?') },
      'FILE_CHANGED_UNDERNEATH',
    ],
    [
      'a file where none was',
      { path: '/etc/b', bytes: bytes('x'), expects: 'absent' },
      'FILE_CHANGED_UNDERNEATH',
    ],
    ['a missing folder', { path: '/none/b', bytes: bytes('x') }, 'PRECONDITION_FAILED'],
    ['a link', { path: '/etc/link', bytes: bytes('x') }, 'FILE_NOT_REGULAR'],
    ['a folder', { path: '/etc/other folder', bytes: bytes('x') }, 'FILE_NOT_REGULAR'],
    ['an unknown owner', { path: '/etc/b', bytes: bytes('x'), owner: 'no-such-user-here' }, 'COMMAND_FAILED'],
  ])('stay as they are, all of them, when one meets %s', async (_, second, code) => {
    host.place('/etc/a', 'a', 0o640);
    host.place('/etc/b', 'b');
    symlinkSync('/etc/a', host.path('/etc/link'));
    const done = await write({ path: '/etc/a', bytes: bytes('new') }, second);
    expect(done).toMatchObject({ ok: false, error: { code, hostState: 'unchanged' } });
    expect([text('/etc/a'), text('/etc/b')]).toEqual(['a', 'b']);
    expect(clean().filter((name) => name.startsWith('.bulwark'))).toEqual([]);
  });

  it('are all taken back when the second rename fails', async () => {
    host.place('/etc/a', 'a', 0o640);
    const inode = statSync(host.path('/etc/a')).ino;
    host.place('/etc/b', 'b');
    host.teach('mv', 'case "$*" in *./f*../b) exit 1 ;; esac; PATH=/usr/bin:/bin; exec mv "$@"');
    const done = await write(
      { path: '/etc/a', bytes: bytes('new') },
      { path: '/etc/new', bytes: bytes('new') },
      { path: '/etc/b', bytes: bytes('new') },
    );
    expect(done).toMatchObject({ ok: false, error: { code: 'COMMAND_FAILED' } });
    expect([text('/etc/a'), text('/etc/b')]).toEqual(['a', 'b']);
    expect(statSync(host.path('/etc/a')).ino).toBe(inode);
    expect(existsSync(host.path('/etc/new'))).toBe(false);
  });

  it('leave nothing behind where root does not own what it makes', async () => {
    host.place('/etc/a', 'a');
    host.teach(
      'stat',
      'case "$*" in "-c %u %a .") echo 65534 700 ;; *) PATH=/usr/bin:/bin exec stat "$@" ;; esac',
    );
    const done = await write({ path: '/etc/a', bytes: bytes('new') });
    expect(done).toMatchObject({
      ok: false,
      error: { code: 'PRECONDITION_FAILED', hostState: 'unchanged', retryable: false },
    });
    expect(JSON.stringify(done)).toContain('network file system');
    expect(text('/etc/a')).toBe('a');
    expect(clean()).toEqual(['a', 'other folder']);
  });

  it('stay as they are when there is no space or the data is cut short', async () => {
    host.place('/etc/a', 'a');
    host.teach('head', 'echo "head: No space left on device" >&2; exit 1');
    expect(await write({ path: '/etc/a', bytes: bytes('new') })).toMatchObject({
      error: { code: 'DISK_FULL', hostState: 'unchanged' },
    });
    host.teach('cat', 'exit 0');
    expect(await write({ path: '/etc/a', bytes: bytes('new') })).toMatchObject({
      error: { code: 'SSH_CONNECTION_LOST' },
    });
    expect(text('/etc/a')).toBe('a');
  });
});
