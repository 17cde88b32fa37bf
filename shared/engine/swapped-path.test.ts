/** A service user who owns the folder puts something else in the place of a file, or of the folder, while root writes. */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { LocalHost } from '../../test/support/local-host.ts';
import { writeFilesTogether } from './host-file-group.ts';
import { removeFile, writeFileAtomic } from './host-files.ts';

let host: LocalHost;
beforeEach(() => {
  host = new LocalHost();
  host.place('/etc/a', 'old\n');
  mkdirSync(host.path('/elsewhere'), { mode: 0o700 });
  host.place('/elsewhere/f', 'theirs\n');
});
afterEach(() => host.remove());

const bytes = new TextEncoder().encode('new\n');
const expects = createHash('sha256').update('old\n').digest('hex');
const read = (path: string) => readFileSync(host.path(path), 'utf8');
const writers = [
  ['one file', () => writeFileAtomic(host, '/etc/a', bytes, { tag: 't', expects })],
  ['files together', () => writeFilesTogether(host, [{ path: '/etc/a', bytes, expects }], { tag: 't' })],
] as const;
const removers = [
  ['removing one file', () => removeFile(host, '/etc/a', { expects })],
  [
    'removing files together',
    () => writeFilesTogether(host, [{ path: '/etc/a', bytes: undefined, expects }], { tag: 't' }),
  ],
] as const;

/** After the digest was compared, the folder is another one; in it lies a file that root alone may change. */
function swapFolder(after: string, count = 1): void {
  host.place('/elsewhere/a', 'old\n');
  host.teach(
    after,
    `PATH=/usr/bin:/bin; ${after} "$@"; s=$?
     echo >> "$STATE/n"
     if [ "$(wc -l < "$STATE/n")" -eq ${count} ]; then mv "$ROOT/etc" "$ROOT/moved"; ln -s "$ROOT/elsewhere" "$ROOT/etc"; fi
     exit $s`,
  );
}

describe.each(writers)('writing %s', (_name, write) => {
  it('does not go into a folder that a link has put in the place of the file', async () => {
    host.teach(
      'sha256sum',
      'PATH=/usr/bin:/bin sha256sum; rm "$ROOT/etc/a"; ln -s "$ROOT/elsewhere" "$ROOT/etc/a"',
    );
    await write();
    expect(readdirSync(host.path('/elsewhere'))).toEqual(['f']);
    expect(read('/elsewhere/f')).toBe('theirs\n');
  });

  it('does not work in a private folder of somebody else', async () => {
    host.teach(
      'mkdir',
      'PATH=/usr/bin:/bin; mkdir "$@"; for w; do :; done; case $w in */.bulwark-*) rmdir "$w"; ln -s "$ROOT/elsewhere" "$w" ;; esac',
    );
    expect(await write()).toMatchObject({ ok: false });
    expect(read('/elsewhere/f')).toBe('theirs\n');
    expect(read('/etc/a')).toBe('old\n');
  });

  it.each(['mkdir', 'cp', 'chmod', 'sha256sum'])(
    'changes nothing elsewhere when a link takes the place of the folder after %s',
    async (tool) => {
      swapFolder(tool);
      await write();
      expect(read('/elsewhere/a')).toBe('old\n');
      expect(readdirSync(host.path('/elsewhere')).sort()).toEqual(['a', 'f']);
    },
  );

  it.each([
    ['mkdir', 1],
    ['cp', 1],
    ['sha256sum', 1],
    ['mv', 2],
    ['rm', 2],
    ['rm', 3],
  ])(
    'tidies up nothing elsewhere when a link takes the place of the folder after %s (%i)',
    async (tool, count) => {
      swapFolder(tool, count);
      for (const name of ['.bulwark-t', '.bulwark-t-0']) host.place(`/elsewhere/${name}/kept`, 'theirs\n');
      await write();
      expect(readdirSync(host.path('/elsewhere')).sort()).toEqual(['.bulwark-t', '.bulwark-t-0', 'a', 'f']);
      // Several files are found again by their path: what lies in a folder that was moved away stays there.
      const left = existsSync(host.path('/moved')) ? readdirSync(host.path('/moved')) : ['a'];
      expect(left.filter((name) => _name === 'one file' || name === 'a')).toEqual(['a']);
    },
  );

  it('goes through a link of the same user, and of root, to the folder behind it', async () => {
    host.place('/real/config/a', 'old\n');
    symlinkSync('../real/config', host.path('/etc/config'));
    const path = '/etc/config/../config/a';
    const done =
      _name === 'one file'
        ? await writeFileAtomic(host, path, bytes, { tag: 't', expects })
        : await writeFilesTogether(host, [{ path, bytes, expects }], { tag: 't' });
    expect(done).toMatchObject({ ok: true });
    expect(read('/real/config/a')).toBe('new\n');
    expect(readdirSync(host.path('/real/config'))).toEqual(['a']);
  });
});

describe.each(removers)('%s', (_name, remove) => {
  it('removes nothing elsewhere when a link takes the place of the folder', async () => {
    swapFolder('sha256sum');
    await remove();
    expect(read('/elsewhere/a')).toBe('old\n');
  });
});

// Only root can give a folder to somebody else; the tests that run as root see it.
const asRoot = process.getuid?.() === 0;
if (!asRoot) process.stdout.write('a link of a service user: left out: not root; as root it runs\n');
describe.runIf(asRoot)('a link of a service user (as root only)', () => {
  it.each(writers)('to a folder of root is not followed by %s', async (_name, write) => {
    const { chownSync, lchownSync, renameSync } = await import('node:fs');
    host.place('/elsewhere/a', 'old\n');
    renameSync(host.path('/etc'), host.path('/moved'));
    symlinkSync(host.path('/elsewhere'), host.path('/etc'));
    lchownSync(host.path('/etc'), 65534, 65534);
    expect(await write()).toMatchObject({ ok: false, error: { code: 'PRECONDITION_FAILED' } });
    expect(read('/elsewhere/a')).toBe('old\n');
    chownSync(host.path('/elsewhere'), 65534, 65534);
    expect(await write()).toMatchObject({ ok: true });
    expect(read('/elsewhere/a')).toBe('new\n');
  });
});

it('says that some are new when a folder that is moved about keeps them from being taken back', async () => {
  host.place('/other/b', 'old\n');
  host.teach(
    'mv',
    'PATH=/usr/bin:/bin; case "$*" in *../b) mv "$ROOT/etc" "$ROOT/moved"; exit 1 ;; esac; exec mv "$@"',
  );
  const done = await writeFilesTogether(
    host,
    [
      { path: '/etc/a', bytes, expects },
      { path: '/other/b', bytes, expects },
    ],
    { tag: 't' },
  );
  expect(done).toMatchObject({ ok: false, error: { code: 'COMMAND_FAILED', hostState: 'changed' } });
  expect([read('/moved/a'), read('/other/b')]).toEqual(['new\n', 'old\n']);
});
