/** The service user owns the folder above its configuration and puts a link in the place of what root makes there. */
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { userInfo } from 'node:os';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { testContext } from '../../../test/support/change-harness.ts';
import { LocalHost } from '../../../test/support/local-host.ts';
import { unpackImage } from './image.ts';
import { makeFreshData, makeWrapper, wrapperOf } from './wrapper.ts';

let host: LocalHost;
beforeEach(() => {
  host = new LocalHost();
  host.place('/opt/es/config/elasticsearch.yml', 'a: 1\n', 0o640);
  mkdirSync(host.path('/opt/es/data'));
  mkdirSync(host.path('/elsewhere'), { mode: 0o700 });
});
afterEach(() => host.remove());

const owner = `${userInfo().uid}:${userInfo().gid}`;
const data = { path: '/opt/es/data', mode: '2755', mount: false, state: 'empty', indices: 0 } as const;
const mode = (path: string) => (statSync(host.path(path)).mode & 0o7777).toString(8);
const swap = (what: string) =>
  host.teach(
    'mkdir',
    `PATH=/usr/bin:/bin; mkdir "$@" || exit 1
     if [ -d "$ROOT/opt/es/${what}" ]; then rmdir "$ROOT/opt/es/${what}"; ln -s "$ROOT/elsewhere" "$ROOT/opt/es/${what}"; fi`,
  );

describe('room beside live directories', () => {
  it('is made with a copy, and an empty data directory with the mode of the old one, closed to others', async () => {
    const made = await makeWrapper(testContext(host), '/opt/es/config', true);
    const wrapper = wrapperOf('/opt/es/config', 'test-1');
    expect(made).toEqual({ ok: true, value: wrapper });
    expect(mode(wrapper)).toBe('700');
    expect(readFileSync(host.path(`${wrapper}/staged/elasticsearch.yml`), 'utf8')).toBe('a: 1\n');
    expect(readdirSync(host.path(wrapper)).sort()).toEqual(['empty', 'staged']);
    expect(await makeFreshData(testContext(host), data, owner)).toMatchObject({ ok: true });
    expect(mode('/opt/es/data.new-test-1')).toBe('2750');
  });

  it('leaves a folder alone that a link leads to', async () => {
    swap('data.new-test-1');
    expect(await makeFreshData(testContext(host), data, owner)).toMatchObject({ ok: false });
    expect(mode('/elsewhere')).toBe('700');
    swap('.bulwark-test-1');
    expect(await makeWrapper(testContext(host), '/opt/es/config', true)).toMatchObject({ ok: false });
    expect(readdirSync(host.path('/elsewhere'))).toEqual([]);
  });

  it('takes a configuration from before, in a private folder only', async () => {
    const context = testContext(host);
    const wrapper = wrapperOf('/opt/es/config', 'test-1');
    const tar = spawnSync('tar', ['-C', host.path('/opt/es/config'), '-cf', '-', '.']).stdout;
    expect(await makeWrapper(context, '/opt/es/config', false)).toMatchObject({ ok: true });
    expect(await unpackImage(context, tar, `${wrapper}/staged`)).toMatchObject({ ok: true });
    expect(readFileSync(host.path(`${wrapper}/staged/elasticsearch.yml`), 'utf8')).toBe('a: 1\n');
    chmodSync(host.path('/elsewhere'), 0o755);
    expect(await unpackImage(context, tar, '/elsewhere/staged')).toMatchObject({
      error: { code: 'PRECONDITION_FAILED' },
    });
    expect(readdirSync(host.path('/elsewhere'))).toEqual([]);
  });
});
