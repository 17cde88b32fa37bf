import { chmodSync, statSync, symlinkSync, unlinkSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { applyTwice, testContext, undo } from '../../../../test/support/change-harness.ts';
import { LocalHost } from '../../../../test/support/local-host.ts';
import type { ChangeOf } from '../../../domain/change.ts';
import type { TreeEntry } from '../../host-trees.ts';
import { fileMode } from './file-mode.ts';
import { wantedEntries } from './wanted.ts';

let host: LocalHost;
const base = () => host.path('/conf');
beforeEach(() => {
  // The lists of paths travel on standard input, so the paths are the real ones here.
  host = new LocalHost({ mapArguments: false });
  const root = host.root;
  host.path = (path) => `${root}${path}`;
  host.place('/conf/a.yml', 'a', 0o666);
  host.place('/conf/sub/b.yml', 'b', 0o644);
  host.place('/conf/keystore', 'k', 0o644);
  host.place('/outside', 'o', 0o666);
  symlinkSync(host.path('/outside'), host.path('/conf/link'));
  chmodSync(host.path('/conf'), 0o777);
  chmodSync(host.path('/conf/sub'), 0o777);
});
afterEach(() => host.remove());

const change = (): ChangeOf<'file-mode'> => ({
  kind: 'file-mode',
  entries: [
    { path: `${base()}/keystore`, mode: '0600' },
    { path: base(), mode: '2750', below: { fileMode: '640', directoryMode: '0750' } },
  ],
});
const modes = () =>
  Object.fromEntries(
    ['', '/a.yml', '/sub', '/sub/b.yml', '/keystore'].map((path) => [
      path,
      (statSync(base() + path).mode & 0o7777).toString(8),
    ]),
  );
const before = { '': '777', '/a.yml': '666', '/sub': '777', '/sub/b.yml': '644', '/keystore': '644' };

describe('file-mode', () => {
  it('does not touch what decides who gets in, wherever it lies below', async () => {
    host.place('/conf/ada/.ssh/authorized_keys', 'key', 0o600);
    for (const entries of [
      change().entries,
      [{ path: `${base()}/ada/.ssh`, mode: '0777' }],
      [{ path: '/etc', mode: '0700' }],
    ]) {
      const wanted = { ...change(), entries };
      const refused = { error: { code: 'ACCESS_WOULD_BE_LOST', hostState: 'unchanged' } };
      expect(await fileMode.inspect(wanted, testContext(host))).toMatchObject(refused);
      expect(await fileMode.apply(wanted, new Uint8Array(), testContext(host))).toMatchObject(refused);
    }
    expect(modes()).toEqual(before);
    const right = { path: `${base()}/ada/.ssh/authorized_keys`, mode: '0600' };
    const inspected = await fileMode.inspect({ ...change(), entries: [right] }, testContext(host));
    expect(inspected).toMatchObject({ ok: true, value: { inPlace: true } });
  });

  it('sets, finds nothing to do, goes back, and leaves what links point to alone', async () => {
    const applied = await applyTwice(fileMode, change(), testContext(host));
    expect(modes()).toEqual({
      '': '2750',
      '/a.yml': '640',
      '/sub': '750',
      '/sub/b.yml': '640',
      '/keystore': '600',
    });
    expect(statSync(host.path('/outside')).mode & 0o777).toBe(0o666);
    unlinkSync(`${base()}/a.yml`);
    host.place('/conf/later', 'made meanwhile', 0o640);
    expect(await undo(fileMode, change(), applied, testContext(host))).toMatchObject({ ok: true });
    expect(statSync(`${base()}/later`).mode & 0o777).toBe(0o640);
    unlinkSync(`${base()}/later`);
    host.place('/conf/a.yml', 'a', 0o666);
    expect(modes()).toEqual(before);
  });

  it('goes back from half way', async () => {
    const image = await fileMode.capture(change(), testContext(host));
    chmodSync(`${base()}/keystore`, 0o600);
    chmodSync(base(), 0o2750);
    if (image.ok) {
      expect(
        await undo(fileMode, change(), { before: image.value, mark: undefined }, testContext(host)),
      ).toMatchObject({ ok: true });
    }
    expect(modes()).toEqual(before);
  });

  it('reports drift and restores nothing', async () => {
    const applied = await applyTwice(fileMode, change(), testContext(host));
    chmodSync(`${base()}/keystore`, 0o640);
    expect(await undo(fileMode, change(), applied, testContext(host))).toMatchObject({
      error: { code: 'DRIFT' },
    });
    expect(modes()).toMatchObject({ '': '2750', '/keystore': '640' });
    expect(await undo(fileMode, change(), applied, testContext(host), true)).toMatchObject({ ok: true });
    expect(modes()).toEqual(before);
  });

  it('refuses a missing path and a link', async () => {
    const entry = (path: string): ChangeOf<'file-mode'> => ({
      kind: 'file-mode',
      entries: [{ path, mode: '0600' }],
    });
    expect(await fileMode.inspect(entry(`${base()}/none`), testContext(host))).toMatchObject({
      error: { code: 'PRECONDITION_FAILED' },
    });
    expect(await fileMode.inspect(entry(`${base()}/link`), testContext(host))).toMatchObject({
      error: { code: 'FILE_NOT_REGULAR' },
    });
  });

  it('lets an explicit entry outrank a folder, and a deeper folder a shallower one', () => {
    const at = (path: string, type: TreeEntry['type']): TreeEntry => ({
      path,
      type,
      owner: 'ann',
      group: 'ann',
      uid: 1,
      gid: 1,
      mode: '0777',
      size: 0,
      links: 1,
    });
    const tree = [at('/d', 'directory'), at('/d/e', 'directory'), at('/d/e/f', 'file'), at('/d/g', 'file')];
    const wanted = wantedEntries(
      {
        kind: 'file-mode',
        entries: [
          { path: '/d/e/f', group: 'web' },
          { path: '/d/e', below: { owner: 'es', fileMode: '600' } },
          {
            path: '/d',
            owner: 'root',
            below: { owner: 'root', group: 'es', fileMode: '0640', directoryMode: '0750' },
          },
        ],
      },
      [[tree[2] ?? at('', 'file')], tree.slice(1, 3), tree],
    );
    expect([...wanted].map(([path, one]) => `${path} ${one.owner}:${one.group} ${one.mode}`).sort()).toEqual([
      '/d root:ann 0777',
      '/d/e root:es 0750',
      '/d/e/f es:web 0600',
      '/d/g root:es 0640',
    ]);
  });
});
