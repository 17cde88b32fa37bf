import { createHash } from 'node:crypto';
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync, symlinkSync } from 'node:fs';
import { userInfo } from 'node:os';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { LocalHost } from '../../test/support/local-host.ts';
import {
  copyTree,
  moveAside,
  readFile,
  removeFile,
  setEntries,
  statTree,
  writeFileAtomic,
} from './host-files.ts';

const bytes = (text: string) => new TextEncoder().encode(text);
const sha = (text: string) => createHash('sha256').update(text).digest('hex');
const shells =
  process.env['BULWARK_TEST_SHELL'] === undefined
    ? [['sh']]
    : [['sh'], process.env['BULWARK_TEST_SHELL'].split(' ')];

if (shells.length > 1)
  process.stdout.write('files on a host: a full disk is not tried with a second shell; it runs with sh\n');

describe.each(shells)('files on a host, with %s', (...shell) => {
  let host: LocalHost;
  beforeEach(() => {
    host = new LocalHost({ shell });
    mkdirSync(host.path('/etc'));
  });
  afterEach(() => host.remove());

  it('reads bytes as they are, with owner and mode', async () => {
    const raw = new Uint8Array([0, 255, 10, 10, 13, 65]);
    host.place('/etc/a', raw, 0o640);
    const read = await readFile(host, '/etc/a');
    expect(read).toMatchObject({
      ok: true,
      value: { type: 'file', mode: '0640', owner: userInfo().username, size: 6, links: 1 },
    });
    expect(read.ok && read.value !== 'absent' && [...read.value.bytes]).toEqual([...raw]);
  });

  it('tells absent, folder and link apart', async () => {
    symlinkSync('/nowhere', host.path('/etc/link'));
    expect(await readFile(host, '/etc/none')).toEqual({ ok: true, value: 'absent' });
    expect(await readFile(host, '/etc')).toMatchObject({ value: { type: 'directory' } });
    expect(await readFile(host, '/etc/link')).toMatchObject({ value: { type: 'symlink' } });
  });

  it('refuses to read more than asked', async () => {
    host.place('/etc/big', 'x'.repeat(2000));
    expect(await readFile(host, '/etc/big', { maxBytes: 1000 })).toMatchObject({
      ok: false,
      error: { code: 'OUTPUT_TOO_LARGE' },
    });
  });

  it('replaces a file and keeps its mode, leaving nothing beside it', async () => {
    host.place('/etc/odd name $(x)', 'old', 0o604);
    expect(await writeFileAtomic(host, '/etc/odd name $(x)', bytes('new\n'), { tag: 't' })).toEqual({
      ok: true,
      value: undefined,
    });
    expect(readFileSync(host.path('/etc/odd name $(x)'), 'utf8')).toBe('new\n');
    expect(statSync(host.path('/etc/odd name $(x)')).mode & 0o7777).toBe(0o604);
    expect(readdirSync(host.path('/etc'))).toEqual(['odd name $(x)']);
  });

  it('creates a file with the mode that was asked for, private otherwise', async () => {
    await writeFileAtomic(host, '/etc/a', bytes('a'), { tag: 't', mode: '0644', expects: 'absent' });
    await writeFileAtomic(host, '/etc/b', bytes('b'), { tag: 't' });
    expect(statSync(host.path('/etc/a')).mode & 0o7777).toBe(0o644);
    expect(statSync(host.path('/etc/b')).mode & 0o7777).toBe(0o600);
  });

  it('works in a folder with the set-group bit', async () => {
    chmodSync(host.path('/etc'), 0o2750);
    expect(await writeFileAtomic(host, '/etc/a', bytes('a'), { tag: 't' })).toMatchObject({ ok: true });
    expect(readdirSync(host.path('/etc'))).toEqual(['a']);
  });

  it('does not write through a link, into a missing folder, or over somebody else’s edit', async () => {
    host.place('/etc/target', 'target');
    symlinkSync(host.path('/etc/target'), host.path('/etc/link'));
    const write = (path: string, expects?: string) =>
      writeFileAtomic(host, path, bytes('x'), { tag: 't', ...(expects === undefined ? {} : { expects }) });
    expect(await write('/etc/link')).toMatchObject({ error: { code: 'FILE_NOT_REGULAR' } });
    expect(await write('/none/file')).toMatchObject({ error: { code: 'PRECONDITION_FAILED' } });
    expect(await write('/etc/target', sha('other'))).toMatchObject({
      error: { code: 'FILE_CHANGED_UNDERNEATH', hostState: 'unchanged' },
    });
    expect(await write('/etc/target', 'absent')).toMatchObject({
      error: { code: 'FILE_CHANGED_UNDERNEATH' },
    });
    expect(readFileSync(host.path('/etc/target'), 'utf8')).toBe('target');
    expect(readdirSync(host.path('/etc')).sort()).toEqual(['link', 'target']);
    expect(await write('/etc/target', sha('target'))).toMatchObject({ ok: true });
  });

  // BusyBox's shell has `cat` inside, so nothing can stand in for it; the lab fills a real disk.
  it.runIf(shell[0] === 'sh')('says when the disk is full', async () => {
    host.place('/etc/a', 'old');
    host.teach('cat', 'echo "cat: write error: No space left on device" >&2; exit 1');
    expect(await writeFileAtomic(host, '/etc/a', bytes('new'), { tag: 't' })).toMatchObject({
      error: { code: 'DISK_FULL', hostState: 'unchanged' },
    });
    expect(readFileSync(host.path('/etc/a'), 'utf8')).toBe('old');
    expect(readdirSync(host.path('/etc'))).toEqual(['a']);
  });

  it('removes only what is expected', async () => {
    host.place('/etc/a', 'a');
    expect(await removeFile(host, '/etc/a', { expects: sha('b') })).toMatchObject({
      error: { code: 'FILE_CHANGED_UNDERNEATH' },
    });
    expect(await removeFile(host, '/etc/a', { expects: sha('a') })).toMatchObject({ ok: true });
    expect(await removeFile(host, '/etc/a')).toMatchObject({ ok: true });
    expect(existsSync(host.path('/etc/a'))).toBe(false);
  });

  it('lists a tree with strange names and sets modes without following links', async () => {
    host.place('/data/a\nb', '1', 0o666);
    host.place('/data/sub/c d', '2', 0o666);
    host.place('/outside', 'o', 0o666);
    symlinkSync(host.path('/outside'), host.path('/data/link'));
    const tree = await statTree(host, '/data');
    expect(tree.ok && tree.value.map((entry) => entry.path).sort()).toEqual([
      '/data',
      '/data/a\nb',
      '/data/link',
      '/data/sub',
      '/data/sub/c d',
    ]);
    const set = await setEntries(host, [
      { path: host.path('/data/a\nb'), mode: '0640' },
      { path: host.path('/data/sub/c d'), mode: '0600' },
      { path: host.path('/data/link'), mode: '0600' },
      { path: host.path('/data/gone'), mode: '0600' },
    ]);
    expect(set).toEqual({ ok: true, value: undefined });
    expect(statSync(host.path('/data/a\nb')).mode & 0o777).toBe(0o640);
    expect(statSync(host.path('/data/sub/c d')).mode & 0o777).toBe(0o600);
    expect(statSync(host.path('/outside')).mode & 0o777).toBe(0o666);
  });

  it('does not go through a folder that is a link', async () => {
    host.place('/real/f', '1', 0o666);
    symlinkSync(host.path('/real'), host.path('/alias'));
    expect(await setEntries(host, [{ path: host.path('/alias/f'), mode: '0600' }])).toMatchObject({
      ok: false,
    });
    expect(statSync(host.path('/real/f')).mode & 0o777).toBe(0o666);
  });

  it('copies and sets aside, and refuses to overwrite', async () => {
    host.place('/data/f', '1', 0o640);
    expect(await copyTree(host, '/data', '/copy')).toMatchObject({ ok: true });
    expect(statSync(host.path('/copy/f')).mode & 0o777).toBe(0o640);
    expect(await copyTree(host, '/data', '/copy')).toMatchObject({ error: { code: 'PRECONDITION_FAILED' } });
    expect(await moveAside(host, '/copy', '/aside/x/copy')).toMatchObject({ ok: true });
    expect(existsSync(host.path('/copy'))).toBe(false);
    expect(readFileSync(host.path('/aside/x/copy/f'), 'utf8')).toBe('1');
    expect(await moveAside(host, '/data', '/aside/x/copy')).toMatchObject({
      error: { code: 'PRECONDITION_FAILED' },
    });
  });
});
