import { existsSync, readFileSync, rmSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { applyTwice, testContext, undo, value } from '../../../../test/support/change-harness.ts';
import { LocalHost } from '../../../../test/support/local-host.ts';
import type { ChangeOf } from '../../../domain/change.ts';
import { systemdDropin } from './systemd-dropin.ts';

const change: ChangeOf<'systemd-dropin'> = {
  kind: 'systemd-dropin',
  unit: 'elasticsearch.service',
  name: 'bulwark.conf',
  content: '[Service]\nUser=elasticsearch\n',
};
const folder = '/etc/systemd/system/elasticsearch.service.d';
const asRoot = process.getuid?.() === 0;
if (!asRoot) process.stdout.write('systemd-dropin: left out: not root; as root it runs\n');
let host: LocalHost;
beforeEach(() => {
  host = new LocalHost();
  host.place('/etc/systemd/system/x', '');
  host.place('/run/systemd/system/x', '');
  // Only the two calls that this kind makes are known.
  host.teach(
    'systemctl',
    `case "$*" in
daemon-reload) exit 0 ;;
"show -p DropInPaths -p NeedDaemonReload -- elasticsearch.service")
  for f in "$ROOT${folder}"/*.conf; do [ -e "$f" ] && d="$d $f"; done; echo "DropInPaths=\${d# }"; echo NeedDaemonReload=no ;;
*) exit 97 ;; esac`,
  );
  host.teach(
    'systemd-analyze',
    '! grep -n Bad "$ROOT/etc/systemd/system/elasticsearch.service.d/bulwark.conf" /dev/null',
  );
});
afterEach(() => host.remove());

// The folder of units belongs to root; elsewhere the lab shows the same.
describe.runIf(asRoot)('systemd-dropin', () => {
  it('writes, finds nothing to do, and takes folder and file away again', async () => {
    const applied = await applyTwice(systemdDropin, change, testContext(host));
    expect(readFileSync(`${host.path(folder)}/bulwark.conf`, 'utf8')).toBe(change.content);
    expect(await undo(systemdDropin, change, applied, testContext(host))).toMatchObject({ ok: true });
    expect(existsSync(host.path(folder))).toBe(false);
  });

  it('leaves alone what somebody wrote there after it was captured', async () => {
    const context = testContext(host);
    const before = value(await systemdDropin.capture(change, context));
    host.place(`${folder}/bulwark.conf`, '# theirs\n');
    expect(await systemdDropin.apply(change, before, context)).toMatchObject({
      error: { code: 'FILE_CHANGED_UNDERNEATH', hostState: 'unchanged' },
    });
    expect(readFileSync(`${host.path(folder)}/bulwark.conf`, 'utf8')).toBe('# theirs\n');
  });

  it('is not in place before systemd has read it', async () => {
    const context = testContext(host);
    const before = value(await systemdDropin.capture(change, context));
    value(await systemdDropin.apply(change, before, context));
    host.teach('systemctl', `echo "DropInPaths=$ROOT${folder}/bulwark.conf"; echo NeedDaemonReload=yes`);
    expect(value(await systemdDropin.inspect(change, context)).inPlace).toBe(false);
  });
});

describe('systemd-dropin elsewhere', () => {
  it('says that there is no systemd', async () => {
    rmSync(host.path('/run/systemd'), { recursive: true });
    expect(await systemdDropin.inspect(change, testContext(host))).toMatchObject({
      error: { code: 'PRECONDITION_FAILED', hostState: 'unchanged' },
    });
  });

  it('names the unit to restart', () => {
    expect(systemdDropin.describe(change).restarts).toBe('elasticsearch.service');
  });
});
