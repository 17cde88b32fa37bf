import { existsSync, readFileSync, rmSync } from 'node:fs';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { testContext, value } from '../../../test/support/change-harness.ts';
import { LocalHost } from '../../../test/support/local-host.ts';
import { FakeClock } from '../../../test/support/memory-ports.ts';
import type { Result } from '../../domain/result.ts';
import type { ScriptOutput, ScriptRequest } from '../ports.ts';
import { awaitSwitch, readSwitch } from './standing.ts';
import { beginSwitch, switchFolder, withdrawOrder } from './switch.ts';

/** Gets a part of what a script is sent; units are written into its own folder. */
class CutHost extends LocalHost {
  arrives = (bytes: Uint8Array): Uint8Array => bytes;

  override run(request: ScriptRequest, signal?: AbortSignal): Promise<Result<ScriptOutput>> {
    const script = request.script.replaceAll(/(?=\/(?:etc|run)\/systemd\/system)/g, this.root);
    const { stdin, ...rest } = { ...request, script };
    return super.run(stdin instanceof Uint8Array ? { ...rest, stdin: this.arrives(stdin) } : rest, signal);
  }
}

let host: CutHost;
beforeEach(() => {
  host = new CutHost();
  host.teach('systemctl', 'echo "$*" >> "$STATE/asked"');
  host.place('/etc/systemd/system/other.service', '');
});
afterEach(() => host.remove());

const wish = {
  unit: 'node.service',
  httpPort: 9200,
  speech: 'tls',
  active: true,
  start: true,
  seconds: 300,
  watched: { folder: '/etc/node', fingerprint: 'f' },
  trades: [{ kind: 'rename', here: '/etc/node', out: '/etc/.w/before', in: '/etc/.w/staged' }],
} as const;

const asked = () => host.path('/../state/asked');
const unit = () => host.path('/etc/systemd/system/bulwark-settle-test-1.service');
const folder = () => host.path(switchFolder('test-1'));

it('that arrives as a whole is started, with room for its notes', async () => {
  value(await beginSwitch(testContext(host), wish));
  expect(value(await readSwitch(host, 'test-1')).state).toBe('running');
  expect(readFileSync(asked(), 'utf8')).toContain('start -- bulwark-switch-test-1.service');
  expect(readFileSync(`${folder()}/trades`, 'utf8').split('\t')).toHaveLength(4);
  expect([existsSync(unit()), existsSync(`${folder()}/ballast`)]).toEqual([true, true]);
});

it.each([0, 0.001, 0.01, 0.5, 0.99])(
  'of which only %f arrives starts nothing and leaves nothing',
  async (part) => {
    host.arrives = (bytes) => bytes.subarray(0, Math.floor(bytes.length * part));
    expect(await beginSwitch(testContext(host), wish)).toMatchObject({
      error: { code: 'COMMAND_FAILED', hostState: 'unchanged', retryable: true },
    });
    expect([existsSync(asked()), existsSync(unit()), existsSync(folder())]).toEqual([false, false, false]);
    expect(value(await readSwitch(host, 'test-1')).state).toBe('none');
  },
);

it.each([
  ['cannot be told of', 'daemon-reload'],
  ['does not start', '*--no-block*start*'],
])('that the host %s leaves nothing', async (_, refused) => {
  host.teach('systemctl', `case "$*" in ${refused}) exit 1 ;; show*) echo inactive ;; esac`);
  expect(await beginSwitch(testContext(host), wish)).toMatchObject({ error: { hostState: 'unchanged' } });
  expect([existsSync(unit()), existsSync(folder())]).toEqual([false, false]);
  expect(value(await readSwitch(host, 'test-1')).state).toBe('none');
});

/** The script that gives the order ends before the switch is started. */
const dies = 'case "$*" in *--no-block*start*) kill -9 $PPID ;; show*) echo inactive ;; esac';

it('that nobody came to start is taken back, within a minute', async () => {
  host.teach('systemctl', dies);
  expect(await beginSwitch(testContext(host), wish)).toMatchObject({ ok: false });
  expect(value(await readSwitch(host, 'test-1')).state).toBe('ordered');
  const clock = new FakeClock();
  const ended = value(await awaitSwitch(testContext(host, { clock }), 1500));
  expect(ended.standing.state).toBe('none');
  expect(clock.elapsed()).toBeLessThan(60_000);
  expect([existsSync(unit()), existsSync(folder())]).toEqual([false, false]);
});

it('that is started meanwhile is not taken back', async () => {
  host.teach('systemctl', dies);
  await beginSwitch(testContext(host), wish);
  // Between two looks of the script the host has begun.
  host.teach(
    'systemctl',
    'case "$*" in show*) echo >> "$STATE/looks"; [ "$(grep -c "" "$STATE/looks")" -gt 1 ] && echo active || echo inactive ;; esac',
  );
  rmSync(`${folder()}/order`);
  value(await withdrawOrder(host, 'test-1'));
  expect([existsSync(unit()), existsSync(folder())]).toEqual([true, true]);
});

it('does not wait for file systems of others', async () => {
  host.teach('sync', '[ $# -gt 0 ] || : > "$STATE/everything"');
  value(await beginSwitch(testContext(host), wish));
  expect(existsSync(host.path('/../state/everything'))).toBe(false);
});

it('whose start was answered with an error and runs all the same goes on', async () => {
  host.teach('systemctl', 'case "$*" in *--no-block*start*) exit 1 ;; show*) echo active ;; esac');
  value(await beginSwitch(testContext(host), wish));
  expect([existsSync(unit()), existsSync(folder())]).toEqual([true, true]);
});
