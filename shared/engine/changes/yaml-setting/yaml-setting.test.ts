import { readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { applyTwice, testContext, undo } from '../../../../test/support/change-harness.ts';
import { LocalHost } from '../../../../test/support/local-host.ts';
import { testDigest } from '../../../../test/support/memory-ports.ts';
import type { ChangeOf } from '../../../domain/change.ts';
import { yamlSetting } from './yaml-setting.ts';

const original =
  '# kept\ncluster.name: "a b"   # odd\nxpack:\n  security:\n    enabled: false\nsome.password: canarysecret';
let host: LocalHost;
beforeEach(() => {
  host = new LocalHost();
  host.place('/etc/es/elasticsearch.yml', original, 0o660);
});
afterEach(() => host.remove());

const change: ChangeOf<'yaml-setting'> = {
  kind: 'yaml-setting',
  path: '/etc/es/elasticsearch.yml',
  edits: [
    { op: 'set', key: 'xpack.security.enabled', value: true },
    { op: 'remove', key: 'some.password' },
    { op: 'set', key: 'network.host', value: '127.0.0.1' },
  ],
  expects: testDigest.sha256(original),
};
const text = () => readFileSync(host.path(change.path), 'utf8');

describe('yaml-setting', () => {
  it('changes only what it should, twice without effect, and goes back to the same bytes', async () => {
    const context = testContext(host);
    const inspected = await yamlSetting.inspect(change, context);
    expect(JSON.stringify(inspected)).not.toContain('canarysecret');
    const applied = await applyTwice(yamlSetting, change, context);
    expect(text()).toContain('# kept\ncluster.name: "a b"   # odd\n');
    expect(text()).toMatch(/enabled: true/);
    expect(text()).not.toContain('canarysecret');
    expect(JSON.stringify(applied.mark)).not.toContain('canarysecret');
    expect(await undo(yamlSetting, change, applied, context)).toMatchObject({ ok: true });
    expect(text()).toBe(original);
  });

  it('goes back without a mark', async () => {
    const { before } = await applyTwice(yamlSetting, change, testContext(host));
    expect(await undo(yamlSetting, change, { before, mark: undefined }, testContext(host))).toMatchObject({
      ok: true,
    });
    expect(text()).toBe(original);
  });

  it('reports drift', async () => {
    const applied = await applyTwice(yamlSetting, change, testContext(host));
    writeFileSync(host.path(change.path), `${text()}\nnode.name: x\n`);
    expect(await undo(yamlSetting, change, applied, testContext(host))).toMatchObject({
      error: { code: 'DRIFT' },
    });
    expect(text()).toContain('node.name: x');
  });

  it('refuses what is ambiguous, changed, linked or missing', async () => {
    writeFileSync(
      host.path(change.path),
      'xpack.security.enabled: true\nxpack.security:\n  enabled: false\n',
    );
    expect(await yamlSetting.inspect(change, testContext(host))).toMatchObject({
      error: { code: 'YAML_AMBIGUOUS' },
    });
    writeFileSync(host.path(change.path), 'other: 1\n');
    expect(await yamlSetting.inspect(change, testContext(host))).toMatchObject({
      error: { code: 'FILE_CHANGED_UNDERNEATH' },
    });
    symlinkSync(host.path(change.path), host.path('/etc/es/link.yml'));
    expect(
      await yamlSetting.inspect({ ...change, path: '/etc/es/link.yml' }, testContext(host)),
    ).toMatchObject({ error: { code: 'FILE_NOT_REGULAR' } });
    expect(
      await yamlSetting.inspect({ ...change, path: '/etc/es/none.yml' }, testContext(host)),
    ).toMatchObject({ error: { code: 'PRECONDITION_FAILED' } });
    writeFileSync(host.path(change.path), new Uint8Array([0x61, 0xff, 0xfe]));
    expect(await yamlSetting.inspect(change, testContext(host))).toMatchObject({
      error: { code: 'YAML_INVALID' },
    });
  });
});
