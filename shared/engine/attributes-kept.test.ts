/**
 * Extended attributes on the way through the writers, with stand-ins for the tools of attr(1): they keep a list for each file by its number and time of birth,
 * so that the test needs neither root nor a file system that takes them.
 */
import { spawnSync } from 'node:child_process';
import { readFileSync, statSync } from 'node:fs';
import { userInfo } from 'node:os';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { testContext, value } from '../../test/support/change-harness.ts';
import { LocalHost } from '../../test/support/local-host.ts';
import { testDigest } from '../../test/support/memory-ports.ts';
import { fileContent } from './changes/file-content/file-content.ts';
import { writeFilesTogether } from './host-file-group.ts';
import { readFile, setEntries, writeFileAtomic } from './host-files.ts';
import type { ScriptRequest } from './ports.ts';

/** In the shell: where the list of a file lies. A number alone is given to the next file once its own is gone. */
const stored = (file: string) => `"$STATE/x-$(stat -c '%i-%w' "${file}" | tr -c 'A-Za-z0-9\\n' _)"`;
let host: LocalHost;
let requests: ScriptRequest[];
const allow = () =>
  host.teach(
    'setfattr',
    `[ "$1" = --version ] && exit 0
     case "$*" in *--restore*) cat > "$STATE/restored"; exit 0 ;; esac
     printf '%s=%s\\n' "$3" "$5" >> ${stored('$7')}`,
  );
const refuse = () => host.teach('setfattr', '[ "$1" = --version ]');
beforeEach(() => {
  host = new LocalHost();
  requests = [];
  host.before = (request) => {
    requests.push(request);
    return { ok: true, value: undefined };
  };
  host.teach(
    'getfattr',
    `[ "$1" = --version ] && exit 0; for f; do :; done; cat ${stored('$f')} 2>/dev/null`,
  );
  allow();
  host.place('/etc/a', 'old\n', 0o640);
});
afterEach(() => host.remove());

const bytes = new TextEncoder().encode('new\n');
const text = (path: string) => readFileSync(host.path(path), 'utf8');
const list = (path: string) => {
  const born = spawnSync('stat', ['-c', '%i-%w', host.path(path)], { encoding: 'utf8' }).stdout.trim();
  return readFileSync(host.path(`/../state/x-${born.replaceAll(/[^A-Za-z0-9]/g, '_')}`), 'utf8');
};

describe('a list of attributes', () => {
  it('is on the new file, or the old file stays', async () => {
    const attributes = 'security.capability=01,trusted.odd=02,user.a=03,';
    refuse();
    const write = () => writeFileAtomic(host, '/etc/a', bytes, { tag: 't', attributes });
    for (const _ of [1, 2]) {
      expect(await write()).toMatchObject({
        error: { code: 'COMMAND_FAILED', hostState: 'unchanged', retryable: true },
      });
      expect(text('/etc/a')).toBe('old\n');
    }
    const together = () => writeFilesTogether(host, [{ path: '/etc/a', bytes, attributes }], { tag: 't' });
    expect(await together()).toMatchObject({ error: { code: 'COMMAND_FAILED', hostState: 'unchanged' } });
    expect(text('/etc/a')).toBe('old\n');
    allow();
    expect(await write()).toMatchObject({ ok: true });
    expect(list('/etc/a')).toBe('security.capability=0x01\ntrusted.odd=0x02\nuser.a=0x03\n');
  });

  it('that could not be put back leaves the undoing failed, each time, until it is', async () => {
    value(
      await writeFileAtomic(host, '/etc/a', new TextEncoder().encode('old\n'), {
        tag: 't',
        attributes: 'security.capability=01,',
      }),
    );
    const change = {
      kind: 'file-content',
      path: '/etc/a',
      content: 'new\n',
      expects: testDigest.sha256('old\n'),
    } as const;
    const context = testContext(host);
    const before = value(await fileContent.capture(change, context));
    const mark = value(await fileContent.apply(change, before, context));
    refuse();
    const undo = () => fileContent.revert(change, before, mark, { ...context, force: false });
    expect(await undo()).toMatchObject({ ok: false });
    expect(await undo()).toMatchObject({ ok: false });
    expect(text('/etc/a')).toBe('new\n');
    allow();
    expect(await undo()).toMatchObject({ ok: true });
    expect([text('/etc/a'), list('/etc/a')]).toEqual(['old\n', 'security.capability=0x01\n']);
  });

  it('travels beside the command for as many files as there are', async () => {
    const paths = Array.from({ length: 12 }, (_, index) => `/etc/f${index}`);
    const long = `user.a=${'0'.repeat(16_000)},`;
    const done = await writeFilesTogether(
      host,
      paths.map((path, index) => ({ path, bytes: new TextEncoder().encode(`${index}`), attributes: long })),
      { tag: 't' },
    );
    expect(done).toMatchObject({ ok: true });
    const size = requests[0]?.args?.reduce((sum, arg) => sum + arg.length, 0) ?? 0;
    expect(size).toBeLessThan(2000);
    expect(paths.map(text)).toEqual(paths.map((_, index) => `${index}`));
    expect(list('/etc/f11')).toBe(`user.a=0x${'0'.repeat(16_000)}\n`);
  });

  it('that is endless is cut off on the host, and not kept', async () => {
    host.teach(
      'getfattr',
      '[ "$1" = --version ] && exit 0; i=0; while [ $i -lt 40 ]; do printf "user.%s=0x%065000d\\n" $i 0; i=$((i + 1)); done',
    );
    let answered = 0;
    host.after = (_request, output) => {
      answered = output.stdout.length;
      return { ok: true, value: undefined };
    };
    const read = value(await readFile(host, '/etc/a'));
    expect(read !== 'absent' && read.attributes).toBe(undefined);
    expect(answered).toBeLessThan(17_000);
    expect(read !== 'absent' && new TextDecoder().decode(read.bytes)).toBe('old\n');
  });
});

it('gives nothing to another owner whose capabilities could not be given back, however often it is tried', async () => {
  host.teach('getfattr', '[ "$1" = --version ] || { echo "# file: a"; echo security.capability=0x01; }');
  host.teach('chown', 'echo "$@" >> "$STATE/chown"; PATH=/usr/bin:/bin; exec chown "$@"');
  const own = `${userInfo().uid}:${userInfo().gid}`;
  const set = () => setEntries(host, [{ path: host.path('/etc/a'), own, mode: '0600' }]);
  refuse();
  expect(await set()).toMatchObject({ ok: false });
  expect(await set()).toMatchObject({ ok: false });
  expect(() => readFileSync(host.path('/../state/chown'))).toThrow('ENOENT');
  expect(statSync(host.path('/etc/a')).mode & 0o777).toBe(0o640);
  allow();
  expect(await set()).toMatchObject({ ok: true });
  expect(statSync(host.path('/etc/a')).mode & 0o777).toBe(0o600);
});
