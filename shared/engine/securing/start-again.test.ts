import { afterEach, beforeEach, expect, it } from 'vitest';
import { installOn } from '../../../test/integration/es-installs.ts';
import { testContext, value } from '../../../test/support/change-harness.ts';
import { FakeClock } from '../../../test/support/memory-ports.ts';
import { NodeHost } from '../../../test/support/node-host.ts';
import { appError } from '../../domain/error.ts';
import { fail, succeed } from '../../domain/result.ts';
import { startAgain } from './start-again.ts';

let host: NodeHost;
beforeEach(() => {
  host = new NodeHost();
  host.teach('journalctl', 'exit 0');
});
afterEach(() => host.remove());

const install = { ...installOn('half-secured'), httpPort: 9200 };

/** A unit with a process; `restarts` is asked each time. */
function unit(active: string, restarts: string): void {
  host.teach(
    'systemctl',
    `case "$*" in *LoadState*)
  echo LoadState=loaded; echo ActiveState=${active}; echo SubState=running; echo Result=success; echo MainPID=42
  n=$(($(cat "$STATE/n" 2>/dev/null || echo 0) + 1)); echo $n > "$STATE/n"; echo NRestarts=${restarts} ;;
*User*) echo root ;; *) echo "$*" >&2; exit 97 ;; esac`,
  );
}

function answers(): void {
  host.answer = (request) =>
    request.tls === false
      ? succeed({ status: 200, headers: {}, body: new TextEncoder().encode('{}') })
      : fail(appError('COMMAND_FAILED', 'No TLS here.', 'None.', { hostState: 'unchanged' }));
}

it('leaves a node alone that runs and answers', async () => {
  unit('active', '0');
  answers();
  value(await startAgain(testContext(host), install));
  expect(host.names).not.toContain('unit-start');
});

it('does not take the process of a node that crashes again and again for a running node', async () => {
  unit('active', '$n');
  expect(await startAgain(testContext(host), install)).toMatchObject({
    error: { code: 'ES_DID_NOT_START', hostState: 'changed' },
  });
});

it('waits for a node that is starting', async () => {
  unit('activating', '0');
  const clock = new (class extends FakeClock {
    override sleep(milliseconds: number): Promise<boolean> {
      return super.sleep(milliseconds * 60);
    }
  })();
  expect(await startAgain(testContext(host, { clock }), install)).toMatchObject({
    error: { code: 'ES_NOT_READY', retryable: true },
  });
  expect(host.names).not.toContain('unit-start');
});
