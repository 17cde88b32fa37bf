import { describe, expect, it } from 'vitest';
import { Secret } from '../../shared/domain/secret.ts';
import { MemorySecrets } from '../../test/support/memory-ports.ts';
import { hostState } from '../../test/support/service-state.ts';
import {
  administratorsFor,
  giveForThisRun,
  givenRef,
  loginsFor,
  nodeLoginState,
  packLogin,
  readerRef,
  secretsOf,
  withNodeLogin,
} from './node-logins.ts';
import type { OpenWorkspace } from './open-workspace.ts';

function made(locked = false) {
  const secrets = new MemorySecrets();
  const vault = Object.assign(secrets, { locked });
  return { secrets, workspace: { vault } as unknown as OpenWorkspace };
}

const users = (logins: Awaited<ReturnType<typeof loginsFor>>) =>
  logins.map((login) => (login.type === 'basic' ? `${login.user}:${login.password.reveal()}` : 'key'));

describe('logins for a node', () => {
  it('are tried with the least power first; only administrators make users', async () => {
    const { secrets, workspace } = made();
    expect(await loginsFor(workspace, 'a')).toEqual([]);
    await secrets.put('es/a/elastic', new Secret('e'), '');
    await secrets.put(
      givenRef('a'),
      packLogin({ type: 'basic', user: 'op', password: new Secret('o"p') }),
      '',
    );
    await secrets.put(readerRef('a'), new Secret('r'), '');
    expect(users(await loginsFor(workspace, 'a'))).toEqual(['bulwark_reader:r', 'op:o"p', 'elastic:e']);
    expect(users(await administratorsFor(workspace, 'a'))).toEqual(['op:o"p', 'elastic:e']);
    expect(await loginsFor(workspace, 'b')).toEqual([]);
  });

  it('that were given for this run come first, also without a vault, and for their host only', async () => {
    for (const locked of [false, true]) {
      const { secrets, workspace } = made(locked);
      await secrets.put(readerRef('a'), new Secret('r'), '');
      giveForThisRun(workspace, 'a', { type: 'basic', user: 'run', password: new Secret('x') });
      expect(users(await loginsFor(workspace, 'a'))).toEqual(
        locked ? ['run:x'] : ['run:x', 'bulwark_reader:r'],
      );
      expect(await loginsFor(workspace, 'b')).toEqual([]);
      expect([...secrets.values.keys()]).toEqual([readerRef('a')]);
    }
  });

  it('that were given for this run are what the engine finds in place of the vault’s', async () => {
    const { secrets, workspace } = made();
    await secrets.put(givenRef('b'), new Secret('kept'), '');
    giveForThisRun(workspace, 'a', { type: 'basic', user: 'run', password: new Secret('x') });
    const engine = secretsOf(workspace);
    const revealed = async (hostId: string) => {
      const found = await engine.get(givenRef(hostId));
      return found.ok ? found.value.reveal() : found.error.code;
    };
    expect(await revealed('a')).toBe('{"user":"run","password":"x"}');
    expect(await revealed('b')).toBe('kept');
    expect(await revealed('c')).toBe('SECRET_MISSING');
    expect([...secrets.values.keys()]).toEqual([givenRef('b')]);
  });

  it('that cannot be read count as none', async () => {
    const { secrets, workspace } = made();
    await secrets.put(givenRef('a'), new Secret('{"user":1}'), '');
    await secrets.put(givenRef('b'), new Secret('not json'), '');
    expect([...(await loginsFor(workspace, 'a')), ...(await loginsFor(workspace, 'b'))]).toEqual([]);
  });
});

describe('what the window shows', () => {
  it.each([
    [[], 'none'],
    [['es/b/elastic'], 'none'],
    [['es/a/elastic'], 'bulwark'],
    [['es/a/elastic', 'es/a/login'], 'given'],
    [['es/a/login', 'es/a/reader'], 'reader'],
    [['es/a/reader/next'], 'none'],
  ] as const)('for %j is %s', (refs, shown) => {
    expect(nodeLoginState('a', new Set(refs))).toBe(shown);
  });
  it('is nothing while the vault is locked', () => {
    const known = withNodeLogin(hostState('a'), new Set(['es/a/login']));
    expect(known.nodeLogin).toBe('given');
    expect(Object.keys(withNodeLogin(known, undefined))).not.toContain('nodeLogin');
  });
});
