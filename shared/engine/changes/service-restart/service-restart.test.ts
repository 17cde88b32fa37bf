import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { testContext, value } from '../../../../test/support/change-harness.ts';
import { LocalHost } from '../../../../test/support/local-host.ts';
import type { ChangeOf } from '../../../domain/change.ts';
import { succeed } from '../../../domain/result.ts';
import { serviceRestart } from './service-restart.ts';

const change: ChangeOf<'service-restart'> = { kind: 'service-restart', unit: 'x.service', rehearse: false };

let host: LocalHost;
beforeEach(() => {
  host = new LocalHost({ mapArguments: false });
});
afterEach(() => {
  host.remove();
});

/** A systemctl with one unit; `after` is what a restart makes of it. */
function unit(before: string, after: string): void {
  host.teach(
    'systemctl',
    `now='${before}'
[ -e "$STATE/restarted" ] && now="${after}"
[ -e "$STATE/stopped" ] && now='ActiveState=inactive SubState=dead Result=success MainPID=0 NRestarts=0'
case "$*" in
  *User*--value*) echo root ;;
  show*) echo LoadState=loaded; echo "$now" | tr ' ' '\\n' ;;
  *restart*) echo x >> "$STATE/restarted" ;;
  *stop*) : > "$STATE/stopped" ;;
  *daemon-reload*|*reset-failed*) ;;
  *) echo "not taught: $*" >&2; exit 97 ;;
esac`,
  );
}

/** Every restart gives another process. */
const running =
  'ActiveState=active SubState=running Result=success MainPID=5$(wc -l < "$STATE/restarted") NRestarts=0';
const runningBefore = 'ActiveState=active SubState=running Result=success MainPID=5 NRestarts=0';
const failed = 'ActiveState=failed SubState=failed Result=exit-code MainPID=0 NRestarts=0';

describe('service-restart', () => {
  it('is done when a new process runs', async () => {
    unit(runningBefore, running);
    const context = testContext(host);
    const before = value(await serviceRestart.capture(change, context));
    const mark = value(await serviceRestart.apply(change, before, context));
    value(await serviceRestart.verify(change, mark, context));
    value(await serviceRestart.revert(change, before, mark, { ...context, force: false }));
    expect(host.names.filter((name) => name === 'unit-restart')).toHaveLength(2);
  });

  it('says that the service was restarted when it is cancelled after that', async () => {
    unit(runningBefore, running);
    const control = new AbortController();
    host.after = (request) => {
      if (request.name === 'unit-restart') control.abort();
      return succeed(undefined);
    };
    const context = { ...testContext(host), signal: control.signal };
    const before = value(await serviceRestart.capture(change, context));
    expect(await serviceRestart.apply(change, before, context)).toMatchObject({
      ok: false,
      error: { code: 'CANCELLED', hostState: 'changed' },
    });
  });

  it('says why the service did not start', async () => {
    unit(runningBefore, failed);
    host.teach('journalctl', 'echo "java.lang.IllegalArgumentException: unknown setting [a.b]"');
    const context = testContext(host);
    const before = value(await serviceRestart.capture(change, context));
    expect(await serviceRestart.apply(change, before, context)).toMatchObject({
      ok: false,
      error: {
        code: 'ES_DID_NOT_START',
        hostState: 'changed',
        message: 'x.service did not start. a.b is not a setting of this version.',
      },
    });
  });

  it('leaves a unit stopped that was stopped before', async () => {
    unit('ActiveState=inactive SubState=dead Result=success MainPID=0 NRestarts=0', running);
    const context = testContext(host);
    const before = value(await serviceRestart.capture(change, context));
    value(await serviceRestart.apply(change, before, context));
    value(await serviceRestart.revert(change, before, undefined, { ...context, force: false }));
    expect(host.names.slice(-2)).toEqual(['unit-stop', 'unit-state']);
  });

  it('refuses a host without the unit', async () => {
    host.teach('systemctl', 'echo LoadState=not-found');
    expect(await serviceRestart.inspect(change, testContext(host))).toMatchObject({
      ok: false,
      error: { code: 'PRECONDITION_FAILED', hostState: 'unchanged' },
    });
  });
});
