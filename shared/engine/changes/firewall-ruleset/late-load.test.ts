import { existsSync, mkdirSync, readFileSync, renameSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { testContext, value } from '../../../../test/support/change-harness.ts';
import { LocalHost } from '../../../../test/support/local-host.ts';
import { armGuard } from '../../guard.ts';
import { whileArmed } from '../under-guard.ts';
import { loadLive as loadFirewalld } from './firewalld/host.ts';
import { putFiles } from './lasting.ts';
import { loadRules } from './netfilter.ts';
import { loadLive, change as switchTo } from './nftables/host.ts';

let host: LocalHost;
const context = () => testContext(host, { tag: 'g-1' });
const live = () => readFileSync(host.path('/live'), 'utf8');
const armed = () => host.path('/var/lib/bulwark/guard/g-1/armed');

beforeEach(async () => {
  host = new LocalHost();
  mkdirSync(host.path('/var/lib'), { recursive: true });
  host.place('/live', 'old\n');
  host.teach('nft', '[ "$1" = -c ] || cat "$2" > "$ROOT/live"');
  host.teach('systemctl', 'echo "$*" >> "$ROOT/live"');
  value(
    await armGuard(context(), {
      seconds: 60,
      revert: 'nft -f "$1/old"\n',
      files: [{ name: 'old', text: 'old\n' }],
      save: [],
    }),
  );
});
afterEach(() => host.remove());

const tooLate = { ok: false, error: { code: 'GUARD_FIRED' } };

describe('a load that a stalled link delivers late', () => {
  it('goes live while the guard is armed', async () => {
    value(await loadLive(host, 'new\n', whileArmed(context())));
    expect(live()).toBe('new\n');
  });

  it('stays away after the guard has fired, for every tool and for the next boot', async () => {
    renameSync(armed(), armed().replace(/armed$/, 'fired'));
    const marker = whileArmed(context());
    const program = 'nft -f "$1/v4"\n';
    expect(await loadLive(host, 'new\n', marker)).toMatchObject(tooLate);
    expect(await loadRules(host, program, { v4: 'new\n', v6: '' }, marker)).toMatchObject(tooLate);
    expect(await loadFirewalld(host, { zones: 'public\n', rules: '' }, marker)).toMatchObject(tooLate);
    expect(await switchTo(host, 'enable', marker)).toMatchObject(tooLate);
    const file = { was: 'file', path: '/boot', uid: 0, gid: 0, mode: '0644', bytes: '' } as const;
    const none = { live: {}, files: [], flags: {} };
    expect(await putFiles(host, context(), none, [file], marker)).toMatchObject(tooLate);
    expect([live(), existsSync(host.path('/boot'))]).toEqual(['old\n', false]);
  });

  it('is taken back when the guard fires, or is cleared away, in the middle', async () => {
    const marker = whileArmed(context());
    const program = `rm -rf '${host.path('/var/lib/bulwark')}'\nnft -f "$1/v4"\n`;
    expect(await loadRules(host, program, { v4: 'new\n', v6: '' }, marker)).toMatchObject(tooLate);
    expect(live()).toBe('old\n');
  });

  it('needs no guard where none is asked for', async () => {
    value(await loadRules(host, 'nft -f "$1/v4"\n', { v4: 'new\n', v6: '' }));
    expect(live()).toBe('new\n');
    expect(await loadRules(host, 'exit 7\n', { v4: '', v6: '' })).toMatchObject({ ok: false });
  });
});
