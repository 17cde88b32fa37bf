/** Handing a migration to the host: what systemd does not start was not begun, and nothing says otherwise later. */
import { existsSync, readFileSync } from 'node:fs';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { testContext } from '../../../../test/support/change-harness.ts';
import { LocalHost } from '../../../../test/support/local-host.ts';
import type { Result } from '../../../domain/result.ts';
import type { ScriptOutput, ScriptRequest } from '../../ports.ts';

import { beginMigration, folderOf, unitNames } from './begin.ts';

/** Its bookkeeping and units lie in its own folder. */
class OwnFolderHost extends LocalHost {
  override run(request: ScriptRequest, signal?: AbortSignal): Promise<Result<ScriptOutput>> {
    const script = request.script.replaceAll(
      /(?=\/(?:etc|run)\/systemd\/system|\/var\/lib\/bulwark)/g,
      this.root,
    );
    return super.run({ ...request, script }, signal);
  }
}

let host: OwnFolderHost;
beforeEach(() => {
  host = new OwnFolderHost();
  host.place('/etc/systemd/system/other.service', '');
});
afterEach(() => host.remove());

const wish = (direction: 'there' | 'back') => ({
  direction,
  path: '/srv/es',
  volume: '/run/v',
  aside: '/srv/es.aside',
  fresh: '/srv/es.fresh',
  mapper: 'm',
  unit: 'node.service',
  active: true,
  httpPort: 9200,
  seconds: 60,
  edits: [],
});
const state = (direction: 'there' | 'back') => host.path(`${folderOf('test-1', direction)}/state`);

it.each(['daemon-reload', '*--no-block*start*'])(
  'one that the host does not begin (%s) is as it was prepared',
  async (refused) => {
    host.teach('systemctl', `case "$*" in ${refused}) exit 1 ;; show*) echo inactive ;; esac`);
    host.place(`${folderOf('test-1', 'there')}/state`, 'prepared\n');
    for (const direction of ['there', 'back'] as const) {
      expect(await beginMigration(testContext(host), wish(direction))).toMatchObject({
        ok: false,
        error: { hostState: 'unchanged' },
      });
      const { boot, go } = unitNames('test-1', direction);
      expect(existsSync(host.path(`/etc/systemd/system/${boot}`))).toBe(false);
      expect(existsSync(host.path(`/run/systemd/system/${go}`))).toBe(false);
    }
    expect(readFileSync(state('there'), 'utf8')).toBe('prepared\n');
    expect(existsSync(state('back'))).toBe(false);
    host.teach('systemctl', 'exit 0');
    expect(await beginMigration(testContext(host), wish('there'))).toMatchObject({ ok: true });
    expect(readFileSync(state('there'), 'utf8')).toBe('ready\n');
  },
);

it('one whose start was answered with an error and runs all the same goes on', async () => {
  host.teach('systemctl', 'case "$*" in *--no-block*start*) exit 1 ;; show*) echo activating ;; esac');
  expect(await beginMigration(testContext(host), wish('back'))).toMatchObject({ ok: true });
  expect(readFileSync(state('back'), 'utf8')).toBe('ready\n');
});
