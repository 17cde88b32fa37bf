import { mkdirSync } from 'node:fs';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { value } from '../../test/support/change-harness.ts';
import { EngineBench } from '../../test/support/engine-harness.ts';
import { content } from '../../test/support/three-files.ts';
import { applyPlan } from './apply.ts';
import { serviceRestart } from './changes/service-restart/service-restart.ts';
import { interruptedSteps } from './recover.ts';
import { rollBack } from './rollback.ts';

const unit = 'app.service';
const all = { hostId: 'local', scope: { of: 'host' }, reason: 'test' } as const;
let bench: EngineBench;

beforeEach(() => {
  bench = new EngineBench({ 'service-restart': serviceRestart });
  mkdirSync(bench.host.path('/run/systemd/system'), { recursive: true });
  bench.host.place('/etc/a', 'old');
});
afterEach(() => bench.host.remove());

/** A systemctl with one unit, and a note of what it was told to do. */
function unitThatIs(state: string): void {
  bench.host.place('/state', `${state}\n`);
  bench.host.teach(
    'systemctl',
    `case "$*" in
  *User*--value*) echo root ;;
  show*) echo LoadState=loaded; echo ActiveState=$(tail -n 1 "$ROOT/state"); echo Result=success; echo MainPID=$(wc -l < "$ROOT/state") ;;
  *restart*|*' start '*) echo active >> "$ROOT/state"; echo restart >> "$ROOT/told" ;;
  *stop*) echo inactive >> "$ROOT/state"; echo stop >> "$ROOT/told" ;;
esac`,
  );
}

async function applyAndUndo(): Promise<string> {
  const restart = { kind: 'service-restart', unit, rehearse: false } as const;
  const plan = value(await bench.plan(bench.request('one', content('/etc/a', 'new'), restart)));
  expect(value(await applyPlan(bench.applying(plan), bench.parts)).result).toBe('done');
  expect(value(await rollBack(all, bench.parts)).result).toBe('undone');
  expect(value(await interruptedSteps(bench.journal, ['local']))).toEqual([]);
  const told = value(
    await bench.host.run({
      name: 'told',
      script: 'tr "\\n" " " < "$1"',
      args: ['/told'],
      privileged: false,
      deadlineSeconds: 5,
    }),
  );
  return new TextDecoder().decode(told.stdout).trim();
}

it.each(['inactive', 'failed'])('a unit that was %s is stopped again, and not restarted', async (state) => {
  unitThatIs(state);
  expect(await applyAndUndo()).toBe('restart stop');
});

it('a unit that ran is restarted on its old files', async () => {
  unitThatIs('active');
  expect(await applyAndUndo()).toBe('restart restart');
});
