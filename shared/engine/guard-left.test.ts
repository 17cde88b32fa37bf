import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type TestContext, testContext, value } from '../../test/support/change-harness.ts';
import { LocalHost } from '../../test/support/local-host.ts';
import { armGuard, fallBack, fireGuard, type Guard } from './guard.ts';

let host: LocalHost;
let context: TestContext;
let guard: Guard;

beforeEach(async () => {
  host = new LocalHost();
  mkdirSync(host.path('/var/lib'), { recursive: true });
  host.place('/etc/rules', 'old\n');
  context = testContext(host, { tag: 'g-1' });
  const writes = context.digest.sha256('new\n');
  guard = value(
    await armGuard(context, {
      seconds: 60,
      revert: 'exit 0\n',
      files: [],
      save: [
        { path: '/etc/rules', writes, edited: 'stays' },
        { path: '/etc/made', writes, edited: 'stays' },
      ],
    }),
  );
});
afterEach(() => host.remove());

const put = (path: string, text: string) => writeFileSync(host.path(path), text);
const text = (path: string) =>
  existsSync(host.path(path)) ? readFileSync(host.path(path), 'utf8') : 'absent';
const seen = () => [text('/etc/rules'), text('/etc/made')];

describe('a file that the guard would put back', () => {
  it('is put back where it is what the change wrote', async () => {
    put('/etc/rules', 'new\n');
    put('/etc/made', 'new\n');
    expect(value(await fireGuard(host, 'g-1'))).toEqual([]);
    expect(seen()).toEqual(['old\n', 'absent']);
  });

  it('is left where nobody has written it', async () => {
    expect(value(await fireGuard(host, 'g-1'))).toEqual([]);
    expect(seen()).toEqual(['old\n', 'absent']);
  });

  it('is left where the host went down before the guard was armed', async () => {
    rmSync(host.path('/var/lib/bulwark/guard/g-1/armed'));
    expect(value(await fireGuard(host, 'g-1'))).toEqual([]);
    expect(seen()).toEqual(['old\n', 'absent']);
    expect(existsSync(host.path('/var/lib/bulwark'))).toBe(false);
  });

  it('is left, and named, where somebody else has changed it', async () => {
    put('/etc/rules', 'old\n# theirs\n');
    put('/etc/made', 'new\n# theirs\n');
    const fallen = await fallBack(context, guard, 'no access');
    expect(fallen).toMatchObject({ ok: false, error: { code: 'GUARD_FIRED', hostState: 'restored' } });
    for (const path of ['/etc/rules', '/etc/made']) {
      expect(fallen.ok ? '' : fallen.error.message).toContain(
        `${path} was changed by somebody else meanwhile and is left as it is.`,
      );
    }
    expect(seen()).toEqual(['old\n# theirs\n', 'new\n# theirs\n']);
    expect(existsSync(host.path('/var/lib/bulwark'))).toBe(false);
  });
});
