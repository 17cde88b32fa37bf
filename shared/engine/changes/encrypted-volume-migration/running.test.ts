/** A service that stayed down after its data had moved is started once more, and is not called running when it is not. */
import { existsSync, readFileSync } from 'node:fs';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { testContext, value } from '../../../../test/support/change-harness.ts';
import { LocalHost } from '../../../../test/support/local-host.ts';
import { startOnceMore } from './running.ts';

const change = {
  kind: 'encrypted-volume-migration',
  path: '/srv/data',
  device: '/dev/sdb',
  unit: 'scribe.service',
  fileSystem: 'ext4',
  unlock: 'key-file',
  keyRef: 'es/volume',
} as const;

let host: LocalHost;
beforeEach(() => {
  host = new LocalHost();
});
afterEach(() => host.remove());

/** @param first state of the unit before anybody starts it. @param then its states, one after the other, once it was started */
function unit(first: string, ...then: readonly string[]): void {
  host.place('/states', `${then.join('\n')}\n`);
  host.teach(
    'systemctl',
    `now=${first}
if [ -e "$STATE/started" ] || [ ${first} = activating ]; then
  n=$(($(cat "$STATE/n" 2>/dev/null || echo 0) + 1)); echo $n > "$STATE/n"
  now=$(sed -n "$n"p "$ROOT/states"); [ -n "$now" ] || now=$(tail -n 1 "$ROOT/states")
fi
case "$*" in
  *LoadState*) result=success; [ "$now" != failed ] || result=exit-code
    echo LoadState=loaded; echo ActiveState=$now; echo SubState=x; echo Result=$result; echo MainPID=42; echo NRestarts=0 ;;
  *User*) echo root ;;
  daemon-reload | reset-failed*) ;;
  '--no-block start -- scribe.service') echo "$*" >> "$STATE/started" ;;
  *) echo "$*" >&2; exit 97 ;;
esac`,
  );
}
const starts = () => {
  const file = host.path('/../state/started');
  return existsSync(file) ? readFileSync(file, 'utf8').trim().split('\n').length : 0;
};

it('starts one that is down, and waits until it is up', async () => {
  unit('failed', 'activating', 'activating', 'active');
  expect(value(await startOnceMore(change, testContext(host)))).toBe(true);
  expect(starts()).toBe(1);
});

it('leaves one alone that runs', async () => {
  unit('active');
  expect(value(await startOnceMore(change, testContext(host)))).toBe(true);
  expect(starts()).toBe(0);
});

it('waits for one that is starting', async () => {
  unit('activating', 'activating', 'active');
  expect(value(await startOnceMore(change, testContext(host)))).toBe(true);
  expect(starts()).toBe(0);
});

it('says of one that fails again that it does not run', async () => {
  unit('inactive', 'activating', 'failed');
  expect(value(await startOnceMore(change, testContext(host)))).toBe(false);
  expect(starts()).toBe(1);
});

it('says of one that never gets there that it does not run', async () => {
  unit('inactive', 'activating');
  const context = testContext(host);
  const { clock } = context;
  let passed = 0;
  const leaping = {
    now: () => clock.now(),
    elapsed: () => clock.elapsed() + passed,
    sleep: () => {
      passed += 60_000;
      return Promise.resolve(true);
    },
  };
  expect(value(await startOnceMore(change, { ...context, clock: leaping }))).toBe(false);
});
