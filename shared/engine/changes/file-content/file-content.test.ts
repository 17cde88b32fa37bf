import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { applyTwice, testContext, undo } from '../../../../test/support/change-harness.ts';
import { LocalHost } from '../../../../test/support/local-host.ts';
import { testDigest } from '../../../../test/support/memory-ports.ts';
import type { ChangeOf } from '../../../domain/change.ts';
import { fileContent } from './file-content.ts';

let host: LocalHost;
beforeEach(() => {
  host = new LocalHost();
  host.place('/etc/app.conf', 'old\r\nno newline at the end', 0o664);
});
afterEach(() => host.remove());

const change = (more: Partial<ChangeOf<'file-content'>> = {}): ChangeOf<'file-content'> => ({
  kind: 'file-content',
  path: '/etc/app.conf',
  content: 'new\n',
  mode: '640',
  expects: testDigest.sha256('old\r\nno newline at the end'),
  ...more,
});
const text = () => readFileSync(host.path('/etc/app.conf'), 'utf8');
const mode = () => (statSync(host.path('/etc/app.conf')).mode & 0o7777).toString(8);

describe('file-content', () => {
  it('changes, finds nothing to do the second time, and goes back to the same bytes and mode', async () => {
    const applied = await applyTwice(fileContent, change(), testContext(host));
    expect([text(), mode()]).toEqual(['new\n', '640']);
    expect(await undo(fileContent, change(), applied, testContext(host))).toMatchObject({ ok: true });
    expect([text(), mode()]).toEqual(['old\r\nno newline at the end', '664']);
    expect(await undo(fileContent, change(), applied, testContext(host))).toMatchObject({ ok: true });
  });

  it('creates a file and removes it again', async () => {
    const create = change({ path: '/etc/new.conf', expects: 'absent' });
    const applied = await applyTwice(fileContent, create, testContext(host)).catch(async (error: unknown) => {
      throw error;
    });
    expect(existsSync(host.path('/etc/new.conf'))).toBe(true);
    expect(await undo(fileContent, create, applied, testContext(host))).toMatchObject({ ok: true });
    expect(existsSync(host.path('/etc/new.conf'))).toBe(false);
  });

  it('refuses a file that is not what was planned on', async () => {
    writeFileSync(host.path('/etc/app.conf'), 'edited by a person');
    expect(await fileContent.inspect(change(), testContext(host))).toMatchObject({
      error: { code: 'FILE_CHANGED_UNDERNEATH', hostState: 'unchanged' },
    });
    expect(await fileContent.apply(change(), new Uint8Array(), testContext(host))).toMatchObject({
      ok: false,
    });
    expect(text()).toBe('edited by a person');
  });

  it('reports drift and restores nothing, unless told to', async () => {
    const applied = await applyTwice(fileContent, change(), testContext(host));
    writeFileSync(host.path('/etc/app.conf'), 'edited since');
    expect(await undo(fileContent, change(), applied, testContext(host))).toMatchObject({
      error: { code: 'DRIFT' },
    });
    expect(text()).toBe('edited since');
    expect(await undo(fileContent, change(), applied, testContext(host), true)).toMatchObject({ ok: true });
    expect(text()).toBe('old\r\nno newline at the end');
  });

  it('goes back after a crash that left no mark, and only from what it wrote', async () => {
    const { before } = await applyTwice(fileContent, change(), testContext(host));
    writeFileSync(host.path('/etc/app.conf'), 'somebody else');
    expect(await undo(fileContent, change(), { before, mark: undefined }, testContext(host))).toMatchObject({
      error: { code: 'DRIFT' },
    });
    writeFileSync(host.path('/etc/app.conf'), 'new\n');
    expect(await undo(fileContent, change(), { before, mark: undefined }, testContext(host))).toMatchObject({
      ok: true,
    });
    expect(text()).toBe('old\r\nno newline at the end');
  });

  it('shows no secret in the diff', async () => {
    const inspected = await fileContent.inspect(
      change({ content: 'password: hunter2secret\n' }),
      testContext(host),
    );
    expect(JSON.stringify(inspected)).not.toContain('hunter2secret');
  });
});
