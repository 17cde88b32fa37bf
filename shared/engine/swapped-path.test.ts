/** A service user who owns the folder puts something else in a file's place while root writes it. */
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { LocalHost } from '../../test/support/local-host.ts';
import { writeFilesTogether } from './host-file-group.ts';
import { writeFileAtomic } from './host-files.ts';

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
const writers = [
  ['one file', () => writeFileAtomic(host, '/etc/a', bytes, { tag: 't', expects })],
  ['files together', () => writeFilesTogether(host, [{ path: '/etc/a', bytes, expects }], { tag: 't' })],
] as const;

describe.each(writers)('writing %s', (_name, write) => {
  it('does not go into a folder that a link has put in the place of the file', async () => {
    host.teach(
      'sha256sum',
      'PATH=/usr/bin:/bin sha256sum; rm "$ROOT/etc/a"; ln -s "$ROOT/elsewhere" "$ROOT/etc/a"',
    );
    await write();
    expect(readdirSync(host.path('/elsewhere'))).toEqual(['f']);
    expect(readFileSync(host.path('/elsewhere/f'), 'utf8')).toBe('theirs\n');
  });

  it('does not work in a private folder of somebody else', async () => {
    host.teach(
      'mkdir',
      'PATH=/usr/bin:/bin; mkdir "$@"; for w; do :; done; case $w in */.bulwark-*) rmdir "$w"; ln -s "$ROOT/elsewhere" "$w" ;; esac',
    );
    expect(await write()).toMatchObject({ ok: false });
    expect(readFileSync(host.path('/elsewhere/f'), 'utf8')).toBe('theirs\n');
    expect(readFileSync(host.path('/etc/a'), 'utf8')).toBe('old\n');
  });
});
