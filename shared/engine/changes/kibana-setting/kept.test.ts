import { mkdirSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  applyTwice,
  type TestContext,
  testContext,
  undo,
  value,
} from '../../../../test/support/change-harness.ts';
import { LocalHost } from '../../../../test/support/local-host.ts';
import { testDigest } from '../../../../test/support/memory-ports.ts';
import type { ChangeOf } from '../../../domain/change.ts';
import { Secret } from '../../../domain/secret.ts';
import { kibanaSetting } from './kibana-setting.ts';

type Change = ChangeOf<'kibana-setting'>;

const ymlPath = '/etc/kibana/kibana.yml';
const keystorePath = '/etc/kibana/kibana.keystore';
const encryption = 'xpack.encryptedSavedObjects.encryptionKey';
const refused = { ok: false, error: { code: 'PRECONDITION_FAILED', hostState: 'unchanged' } };

let host: LocalHost;
let context: TestContext;
beforeEach(() => {
  host = new LocalHost();
  context = testContext(host);
  mkdirSync(host.path('/etc/kibana'), { recursive: true });
  host.place(ymlPath, 'server.host: localhost\n', 0o660);
});
afterEach(() => host.remove());

function change(more: Partial<Change>): Change {
  return {
    kind: 'kibana-setting',
    pathConf: '/etc/kibana',
    edits: [],
    expects: testDigest.sha256(readFileSync(host.path(ymlPath))),
    keystore: { set: [], remove: [] },
    ...more,
  };
}

const seal = (entries: object) => context.kibanaKeystore.seal(new Secret(JSON.stringify(entries)));
function entries(): unknown {
  const opened = context.kibanaKeystore.open(readFileSync(host.path(keystorePath)));
  if (!(opened instanceof Secret)) throw new Error(opened);
  return JSON.parse(opened.reveal());
}
const look = () =>
  readdirSync(host.path('/etc/kibana'))
    .sort()
    .map((name) => {
      const path = host.path(`/etc/kibana/${name}`);
      return `${name} ${(statSync(path).mode & 0o7777).toString(8)} ${readFileSync(path, 'latin1')}`;
    });

describe('keys that the vault keeps too', () => {
  const ref = 'shared/kibana/key';
  const keep = [{ name: encryption, ref }];
  const kept = async () => value(await context.secrets.get(ref)).reveal();

  it('are taken over as they are, moved or not, and nothing else changes', async () => {
    host.place(keystorePath, seal({ [encryption]: 'k'.repeat(32) }), 0o660);
    const was = look();
    const wanted = change({ keep });
    const looked = value(await kibanaSetting.inspect(wanted, context));
    expect(looked).toMatchObject({ inPlace: false, diffs: [{ after: encryption }] });
    expect(kibanaSetting.describe(wanted).title).toContain('vault');
    expect(kibanaSetting.describe({ ...wanted, unit: 'kibana.service' }).restarts).toBeUndefined();
    const applied = await applyTwice(kibanaSetting, wanted, context);
    expect(await kept()).toBe('k'.repeat(32));
    expect(look()).toEqual(was);
    expect(JSON.stringify(looked)).not.toContain('kkkk');
    value(await undo(kibanaSetting, wanted, applied, context));
    expect(look()).toEqual(was);
    // The vault goes on keeping it.
    expect(await kept()).toBe('k'.repeat(32));
  });

  it('are taken over while they move out of kibana.yml', async () => {
    host.place(ymlPath, `${encryption}: ${'y'.repeat(40)}\n`, 0o660);
    const was = look();
    const wanted = change({
      edits: [{ op: 'remove', key: encryption }],
      keystore: {
        set: [{ name: encryption, value: { from: 'yaml-setting', path: ymlPath, key: encryption } }],
        remove: [],
      },
      keep,
    });
    const applied = await applyTwice(kibanaSetting, wanted, context);
    expect(await kept()).toBe('y'.repeat(40));
    expect(entries()).toEqual({ [encryption]: 'y'.repeat(40) });
    value(await undo(kibanaSetting, wanted, applied, context));
    expect(look()).toEqual(was);
  });

  it('are not replaced by the one of the vault, in the keystore or from kibana.yml', async () => {
    value(await context.secrets.put(ref, new Secret('o'.repeat(32)), 'key'));
    for (const source of [
      { from: 'vault', ref },
      { from: 'generate', ref, length: 40 },
      { from: 'generate', ref: 'not there yet', length: 40 },
    ] as const) {
      const set = [{ name: encryption, value: source }];
      host.place(ymlPath, 'server.host: localhost\n', 0o660);
      host.place(keystorePath, seal({ [encryption]: 'o'.repeat(32) }), 0o660);
      value(await kibanaSetting.inspect(change({ keystore: { set, remove: [] } }), context));
      for (const [yml, stored] of [
        ['server.host: localhost\n', { [encryption]: 'k'.repeat(32) }],
        [`${encryption}: ${'k'.repeat(32)}\n`, {}],
        [`${encryption}: "\${KBN_KEY}"\n`, {}],
      ] as const) {
        if (source.ref !== ref && encryption in stored) continue;
        host.place(ymlPath, yml, 0o660);
        host.place(keystorePath, seal(stored), 0o660);
        const was = look();
        const wanted = change({ keystore: { set, remove: [] } });
        expect(await kibanaSetting.inspect(wanted, context)).toMatchObject(refused);
        expect(await kibanaSetting.apply(wanted, new Uint8Array(), context)).toMatchObject(refused);
        expect(look()).toEqual(was);
      }
    }
    expect(await context.secrets.get('not there yet')).toMatchObject({ error: { code: 'SECRET_MISSING' } });
  });

  it('are not moved where a variable stands in their place', async () => {
    host.place(ymlPath, `${encryption}: "\${KBN_KEY:${'k'.repeat(32)}}"\n`, 0o660);
    const wanted = change({
      edits: [{ op: 'remove', key: encryption }],
      keystore: {
        set: [{ name: encryption, value: { from: 'yaml-setting', path: ymlPath, key: encryption } }],
        remove: [],
      },
    });
    const answer = await kibanaSetting.inspect(wanted, context);
    expect(answer).toMatchObject(refused);
    expect(JSON.stringify(answer)).toContain('is taken from a variable');
    expect(JSON.stringify(answer)).not.toContain('kkkk');
  });

  it('are never replaced, on neither side', async () => {
    const wanted = change({ keep });
    expect(await kibanaSetting.inspect(wanted, context)).toMatchObject(refused);
    host.place(keystorePath, seal({ [encryption]: 'k'.repeat(32) }), 0o660);
    value(await context.secrets.put(ref, new Secret('o'.repeat(32)), 'key'));
    const was = look();
    expect(await kibanaSetting.inspect(wanted, context)).toMatchObject(refused);
    expect(await kibanaSetting.apply(wanted, new Uint8Array(), context)).toMatchObject(refused);
    expect(await kept()).toBe('o'.repeat(32));
    expect(look()).toEqual(was);
  });
});
