import { existsSync, readFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { testContext, value } from '../../../../test/support/change-harness.ts';
import { LocalHost } from '../../../../test/support/local-host.ts';
import { putFiles } from './lasting.ts';
import { type FirewallState, sameState, withText } from './state.ts';

let host: LocalHost;
beforeEach(() => {
  host = new LocalHost();
  host.place('/etc/boot', 'mine\n');
});
afterEach(() => host.remove());

const owner = { uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 };
const file = (path: string, text: string) => ({
  ...withText({ was: 'absent', path }, text, '0644'),
  ...owner,
});
const state = (...files: FirewallState['files']): FirewallState => ({ live: {}, files, flags: {} });
const from = state(file('/etc/boot', 'mine\n'), { was: 'absent', path: '/etc/rules' });
const to = state(file('/etc/boot', 'mine\nours\n'), file('/etc/rules', 'ours\n'));
const text = (path: string) =>
  existsSync(host.path(path)) ? readFileSync(host.path(path), 'utf8') : 'absent';
const seen = () => [text('/etc/boot'), text('/etc/rules')];
const refused = { ok: false, error: { code: 'FILE_CHANGED_UNDERNEATH', hostState: 'unchanged' } };

describe('the files of a firewall', () => {
  it('are written together, and taken back together', async () => {
    const context = testContext(host);
    value(await putFiles(host, context, from, to.files));
    expect(seen()).toEqual(['mine\nours\n', 'ours\n']);
    value(await putFiles(host, context, to, from.files));
    expect(seen()).toEqual(['mine\n', 'absent']);
    value(await putFiles(host, context, from, from.files));
    expect(host.names).toEqual(['write-files', 'write-files']);
  });

  it('come back with their attributes, which do not make them other files', async () => {
    const noted = (one: ReturnType<typeof file>, attributes: string) => ({ ...one, attributes });
    const was = state(noted(file('/etc/boot', 'mine\n'), 'user.note=6869,'), {
      was: 'absent',
      path: '/etc/rules',
    });
    expect(sameState(was, from)).toBe(true);
    expect(sameState(was, to)).toBe(false);
    let lists: readonly string[] = [];
    host.before = ({ args = [] }) => {
      // Path, owner, group, mode, digest, length, then the length of the list.
      lists = args.slice(3).filter((_, index) => index % 7 === 6);
      return { ok: true, value: undefined };
    };
    host.teach('getfattr', '[ "$1" = --version ] && exit 0; printf "user.note=0x6869\\n"');
    host.teach('setfattr', 'exit 0');
    host.place('/etc/boot', 'mine\nours\n');
    host.place('/etc/rules', 'ours\n');
    value(await putFiles(host, testContext(host), to, was.files));
    expect([seen(), lists]).toEqual([
      ['mine\n', 'absent'],
      ['15', '0'],
    ]);
  });

  it('all stay as they are where somebody has edited one since the last look', async () => {
    const context = testContext(host);
    host.place('/etc/boot', 'mine\n# theirs\n');
    expect(await putFiles(host, context, from, to.files)).toMatchObject(refused);
    expect(seen()).toEqual(['mine\n# theirs\n', 'absent']);
    host.place('/etc/rules', 'somebody else made it\n');
    host.place('/etc/boot', 'mine\n');
    expect(await putFiles(host, context, from, to.files)).toMatchObject(refused);
    host.place('/etc/boot', 'mine\nours\n');
    host.place('/etc/rules', 'ours\n# theirs\n');
    expect(await putFiles(host, context, to, from.files)).toMatchObject(refused);
    expect(seen()).toEqual(['mine\nours\n', 'ours\n# theirs\n']);
  });
});
