import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { applyTwice, testContext, undo, value } from '../../../../test/support/change-harness.ts';
import { LocalHost } from '../../../../test/support/local-host.ts';
import type { ChangeOf } from '../../../domain/change.ts';
import { account } from './account.ts';
import { withLine } from './account-files.ts';

const passwd =
  'root:x:0:0::/root:/bin/bash\ndeploy:x:1000:1000:,,,:/home/deploy:/bin/bash\nann:x:1001:1001::/home/ann:/bin/bash\n';
const shadow = 'root:*:1::::::\ndeploy:$6$canaryhash$canary:19000:0:99999:7:::\nann:!:1::::::\n';
const group = 'root:x:0:\nsudo:x:27:ann,deploy,bob\ndeploy:x:1000:\nadm:x:4:syslog\n';
const gshadow = 'root:*::\nsudo:*::ann,deploy,bob\ndeploy:!::\nadm:*::syslog\n';
const files = ['passwd', 'shadow', 'group', 'gshadow'] as const;

let host: LocalHost;
const text = (name: string) => readFileSync(host.path(`/etc/${name}`), 'utf8');
const all = () => files.map(text);

beforeEach(() => {
  host = new LocalHost();
  host.place('/etc/passwd', passwd);
  host.place('/etc/shadow', shadow, 0o640);
  host.place('/etc/group', group);
  host.place('/etc/gshadow', gshadow, 0o640);
  host.place('/home/deploy/.ssh/authorized_keys', 'ssh-ed25519 AAAA\n', 0o600);
  host.place('/etc/sudoers.d/deploy', 'deploy ALL=(ALL) NOPASSWD: ALL\n', 0o440);
  host.teach('visudo', 'exit 0');
  host.teach('getent', 'grep "^$2:" "$ROOT/etc/$1"');
  host.teach(
    'passwd',
    'case $(grep "^$2:" "$ROOT/etc/shadow" | cut -d: -f2) in [!*]*) echo "$2 L" ;; *) echo "$2 P" ;; esac',
  );
  host.teach('id', 'case "$*" in -un) echo ann ;; -u) command /usr/bin/id -u ;; *) exit 97 ;; esac');
});
afterEach(() => host.remove());

const lock = (more: Partial<ChangeOf<'account'>> = {}): ChangeOf<'account'> => ({
  kind: 'account',
  user: 'deploy',
  action: {
    do: 'lock',
    shell: '/usr/sbin/nologin',
    leaveGroups: ['sudo', 'adm'],
    authorizedKeys: ['/home/deploy/.ssh/authorized_keys'],
    sudoersFiles: ['/etc/sudoers.d/deploy'],
  },
  ...more,
});

describe('locking an account', () => {
  it('closes every way in, twice without effect, and goes back to the same bytes', async () => {
    const inspected = value(await account.inspect(lock(), testContext(host)));
    expect(JSON.stringify(inspected)).not.toContain('canary');
    const applied = await applyTwice(account, lock(), testContext(host));
    expect(text('passwd')).toBe(passwd.replace('/home/deploy:/bin/bash', '/home/deploy:/usr/sbin/nologin'));
    expect(text('shadow')).toBe(shadow.replace('$6$', '!$6$'));
    expect(text('group')).toBe(group.replace('ann,deploy,bob', 'ann,bob'));
    expect(text('gshadow')).toBe(gshadow.replace('ann,deploy,bob', 'ann,bob'));
    expect(existsSync(host.path('/home/deploy/.ssh/authorized_keys'))).toBe(false);
    expect(existsSync(host.path('/etc/sudoers.d/deploy'))).toBe(false);
    expect(JSON.stringify(applied.mark)).not.toContain('canary');
    expect(value(await undo(account, lock(), applied, testContext(host)))).toBe(undefined);
    expect(all()).toEqual([passwd, shadow, group, gshadow]);
    expect(statSync(host.path('/etc/shadow')).mode & 0o777).toBe(0o640);
    expect(readFileSync(host.path('/home/deploy/.ssh/authorized_keys'), 'utf8')).toBe('ssh-ed25519 AAAA\n');
    expect(statSync(host.path('/etc/sudoers.d/deploy')).mode & 0o777).toBe(0o440);
  });

  it('keeps what others did to other accounts meanwhile', async () => {
    const applied = await applyTwice(account, lock(), testContext(host));
    writeFileSync(host.path('/etc/passwd'), `${text('passwd')}new:x:1002:1002::/home/new:/bin/sh\n`);
    writeFileSync(host.path('/etc/shadow'), text('shadow').replace('ann:!:', 'ann:$6$other:'));
    value(await undo(account, lock(), applied, testContext(host)));
    expect(text('passwd')).toBe(`${passwd}new:x:1002:1002::/home/new:/bin/sh\n`);
    expect(text('shadow')).toBe(shadow.replace('ann:!:', 'ann:$6$other:'));
  });

  it('reports drift of the account itself, and of a key file that came back', async () => {
    const applied = await applyTwice(account, lock(), testContext(host));
    writeFileSync(host.path('/home/deploy/.ssh/authorized_keys'), 'another key');
    expect(await undo(account, lock(), applied, testContext(host))).toMatchObject({
      error: { code: 'DRIFT' },
    });
    writeFileSync(host.path('/etc/shadow'), text('shadow').replace('!$6$canaryhash', '$6$newpassword'));
    expect(await undo(account, lock(), applied, testContext(host))).toMatchObject({
      error: { code: 'DRIFT' },
    });
    expect(text('passwd')).toContain('deploy:/usr/sbin/nologin');
  });

  it('goes back from half way', async () => {
    const before = value(await account.capture(lock(), testContext(host)));
    host.before = (request) =>
      request.name === 'write-file' && request.args?.[0] === '/etc/passwd'
        ? {
            ok: false,
            error: { code: 'SSH_CONNECTION_LOST', message: 'lost', nextStep: '', retryable: true },
          }
        : { ok: true, value: undefined };
    expect(await account.apply(lock(), before, testContext(host))).toMatchObject({ ok: false });
    expect(all()).not.toEqual([passwd, shadow, group, gshadow]);
    host.before = undefined;
    value(await undo(account, lock(), { before, mark: undefined }, testContext(host)));
    expect(all()).toEqual([passwd, shadow, group, gshadow]);
    expect(existsSync(host.path('/etc/sudoers.d/deploy'))).toBe(true);
  });

  it('refuses the operator’s own account, root, strangers and the main sudoers file', async () => {
    const code = async (change: ChangeOf<'account'>) => {
      const inspected = await account.inspect(change, testContext(host));
      return inspected.ok ? 'ok' : inspected.error.code;
    };
    expect(await code(lock({ user: 'ann' }))).toBe('ACCESS_WOULD_BE_LOST');
    expect(await code(lock({ user: 'root' }))).toBe('ACCESS_WOULD_BE_LOST');
    expect(await code(lock({ user: 'nobody-here' }))).toBe('PRECONDITION_FAILED');
    const action = lock().action;
    expect(
      await code(
        lock({ action: action.do === 'lock' ? { ...action, sudoersFiles: ['/etc/sudoers'] } : action }),
      ),
    ).toBe('INPUT_INVALID');
  });
});

describe('making a system account', () => {
  const create: ChangeOf<'account'> = {
    kind: 'account',
    user: 'elasticsearch',
    action: { do: 'create-system', group: 'elasticsearch', shell: '/usr/sbin/nologin', home: '/nonexistent' },
  };
  beforeEach(() => {
    host.teach('groupadd', 'echo "$2:x:990:" >> "$ROOT/etc/group"; echo "$2:!::" >> "$ROOT/etc/gshadow"');
    host.teach(
      'useradd',
      'echo "elasticsearch:x:991:990::/nonexistent:/usr/sbin/nologin" >> "$ROOT/etc/passwd"; echo "elasticsearch:!:1::::::" >> "$ROOT/etc/shadow"',
    );
    host.teach(
      'id',
      'case "$*" in "-gn -- elasticsearch") echo elasticsearch ;; "-u -- elasticsearch") echo 991 ;; -u) command /usr/bin/id -u ;; *) exit 97 ;; esac',
    );
  });

  it('makes it once and takes exactly its lines away', async () => {
    const applied = await applyTwice(account, create, testContext(host));
    writeFileSync(host.path('/etc/passwd'), `${text('passwd')}later:x:1003:1003::/:/bin/sh\n`);
    value(await undo(account, create, applied, testContext(host)));
    expect(all()).toEqual([`${passwd}later:x:1003:1003::/:/bin/sh\n`, shadow, group, gshadow]);
  });

  it('leaves an account that somebody changed, and a group that somebody uses', async () => {
    const applied = await applyTwice(account, create, testContext(host));
    writeFileSync(
      host.path('/etc/group'),
      text('group').replace('elasticsearch:x:990:', 'elasticsearch:x:990:ann'),
    );
    expect(await undo(account, create, applied, testContext(host))).toMatchObject({
      error: { code: 'DRIFT' },
    });
    writeFileSync(host.path('/etc/passwd'), `${text('passwd')}elasticsearch:x:991:990::/srv:/bin/bash\n`);
    expect(await undo(account, create, applied, testContext(host))).toMatchObject({
      error: { code: 'DRIFT' },
    });
    expect(text('passwd')).toContain('/srv:/bin/bash');
  });

  it('refuses a name that means somebody else', async () => {
    expect(await account.inspect({ ...create, user: 'ann' }, testContext(host))).toMatchObject({
      error: { code: 'PRECONDITION_FAILED' },
    });
  });
});

describe('lines of account files', () => {
  it('touch one line only', () => {
    expect(withLine('a:1\nab:2\n', 'a', 'a:9')).toBe('a:9\nab:2\n');
    expect(withLine('a:1\nab:2', 'ab', undefined)).toBe('a:1');
    expect(withLine('a:1', 'b', 'b:2')).toBe('a:1\nb:2\n');
    expect(withLine('a:1\n', 'b', undefined)).toBe('a:1\n');
  });
});
