import { chmodSync, chownSync, mkdirSync, readdirSync, readFileSync, statSync } from 'node:fs';
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

const yml = `# ours
server.host: 0.0.0.0
elasticsearch:
  hosts: ["http://127.0.0.1:9200"]
  username: kibana_system
  password: "Canary-kibana-7d"   # move me
`;
// Only root can lead a program to run as somebody else.
const asRoot = process.getuid?.() === 0;
if (!asRoot)
  process.stdout.write('kibana-setting: whom the tool runs as is left out: not root; as root it runs\n');
const ymlPath = '/etc/kibana/kibana.yml';
const keystorePath = '/etc/kibana/kibana.keystore';
const encryption = 'xpack.encryptedSavedObjects.encryptionKey';

let host: LocalHost;
let context: TestContext;
beforeEach(() => {
  host = new LocalHost();
  context = testContext(host);
  mkdirSync(host.path('/etc/kibana'), { recursive: true });
  host.place(ymlPath, yml, 0o660);
});
afterEach(() => host.remove());

function change(more: Partial<Change> = {}): Change {
  return {
    kind: 'kibana-setting',
    pathConf: '/etc/kibana',
    home: '/usr/share/kibana',
    edits: [
      { op: 'set', key: 'server.host', value: '127.0.0.1' },
      { op: 'remove', key: 'elasticsearch.password' },
    ],
    expects: testDigest.sha256(readFileSync(host.path(ymlPath))),
    keystore: {
      set: [
        {
          name: 'elasticsearch.password',
          value: { from: 'yaml-setting', path: ymlPath, key: 'elasticsearch.password' },
        },
        { name: encryption, value: { from: 'generate', ref: 'kibana/key', length: 40 } },
      ],
      remove: [],
    },
    ...more,
  };
}

const seal = (entries: object) => context.kibanaKeystore.seal(new Secret(JSON.stringify(entries)));
function entries(): Record<string, unknown> {
  const opened = context.kibanaKeystore.open(readFileSync(host.path(keystorePath)));
  if (!(opened instanceof Secret)) throw new Error(opened);
  return JSON.parse(opened.reveal()) as Record<string, unknown>;
}
const look = () =>
  readdirSync(host.path('/etc/kibana'))
    .sort()
    .map((name) => {
      const path = host.path(`/etc/kibana/${name}`);
      return `${name} ${(statSync(path).mode & 0o7777).toString(8)} ${readFileSync(path, 'latin1')}`;
    });

const refused = { ok: false, error: { code: 'PRECONDITION_FAILED', hostState: 'unchanged' } };

describe('settings and keystore of Kibana', () => {
  it('are changed together, found in place, and go back to the same bytes and modes', async () => {
    const was = look();
    const wanted = change();
    const looked = value(await kibanaSetting.inspect(wanted, context));
    expect(looked.words.join()).toContain('documented format');
    const applied = await applyTwice(kibanaSetting, wanted, context);
    const text = readFileSync(host.path(ymlPath), 'utf8');
    expect(text).toContain('# ours\nserver.host: 127.0.0.1\n');
    expect(text).not.toContain('Canary');
    const made = value(await context.secrets.get('kibana/key')).reveal();
    expect(entries()).toEqual({ 'elasticsearch.password': 'Canary-kibana-7d', [encryption]: made });
    expect(made).toHaveLength(40);
    expect(statSync(host.path(keystorePath)).mode & 0o7777).toBe(0o660);
    expect(JSON.stringify([looked, applied.mark])).not.toContain('Canary');
    value(await undo(kibanaSetting, wanted, applied, context));
    expect(look()).toEqual(was);
  });

  it('keep what else is in the keystore, its bytes on the way back, and a key that is there', async () => {
    const sealed = seal({ other: 5, [encryption]: 'k'.repeat(32), gone: 'x' });
    host.place(keystorePath, sealed, 0o640);
    const was = look();
    const base = change();
    const wanted = change({ keystore: { set: base.keystore.set, remove: ['gone'] } });
    const applied = await applyTwice(kibanaSetting, wanted, context);
    expect(entries()).toEqual({
      other: 5,
      [encryption]: 'k'.repeat(32),
      'elasticsearch.password': 'Canary-kibana-7d',
    });
    expect(statSync(host.path(keystorePath)).mode & 0o7777).toBe(0o640);
    expect(await context.secrets.get('kibana/key')).toMatchObject({ ok: false });
    // An interruption leaves no mark: what is there can only be ours.
    value(await undo(kibanaSetting, wanted, { ...applied, mark: undefined }, context));
    expect(look()).toEqual(was);
  });

  it('stay both where one was changed since', async () => {
    const wanted = change();
    const applied = await applyTwice(kibanaSetting, wanted, context);
    host.place(keystorePath, seal({ 'elasticsearch.password': 'theirs' }), 0o660);
    const theirs = look();
    for (const mark of [applied.mark, undefined])
      expect(await undo(kibanaSetting, wanted, { ...applied, mark }, context)).toMatchObject({
        error: { code: 'DRIFT' },
      });
    expect(look()).toEqual(theirs);
  });

  it('are only written on what was planned on, and where it can be read', async () => {
    const wanted = change();
    host.place(ymlPath, `${yml}# later\n`, 0o660);
    expect(await kibanaSetting.inspect(wanted, context)).toMatchObject({
      error: { code: 'FILE_CHANGED_UNDERNEATH' },
    });
    for (const [text, code] of [
      ['a: 1\na: 2\nserver.host: x\nserver:\n  host: y\n', /YAML_/],
      ['\xff\xfe\0', /YAML_INVALID/],
    ] as const) {
      host.place(ymlPath, Buffer.from(text, 'latin1'), 0o660);
      expect(JSON.stringify(await kibanaSetting.inspect(change(), context))).toMatch(code);
    }
    host.place(ymlPath, yml, 0o660);
    const locked = Buffer.from(seal({}))
      .toString()
      .replace(/^1:..../, '1:AAAA');
    for (const bad of [locked, 'not a keystore', '', '\0'.repeat(300)]) {
      host.place(keystorePath, bad, 0o660);
      expect(await kibanaSetting.inspect(change(), context)).toMatchObject(refused);
    }
    host.place(keystorePath, seal([1, 2]), 0o660);
    expect(await kibanaSetting.inspect(change(), context)).toMatchObject(refused);
    // A change of settings alone leaves a keystore with a password in peace.
    host.place(keystorePath, locked, 0o660);
    const alone = change({ edits: change().edits.slice(0, 1), keystore: { set: [], remove: [] } });
    const applied = await applyTwice(kibanaSetting, alone, context);
    value(await undo(kibanaSetting, alone, applied, context));
  });

  it('are left alone when the disk is full', async () => {
    const was = look();
    host.teach('head', 'echo "head: No space left on device" >&2; exit 1');
    const before = value(await kibanaSetting.capture(change(), context));
    expect(await kibanaSetting.apply(change(), before, context)).toMatchObject({
      error: { code: 'DISK_FULL', hostState: 'unchanged' },
    });
    expect(look()).toEqual(was);
  });

  it('that Kibana would not start with are refused', async () => {
    const set = (key: string, wanted: string): Partial<Change> => ({
      edits: [{ op: 'set', key, value: wanted }],
      keystore: { set: [], remove: [] },
    });
    for (const more of [
      set('elasticsearch.username', 'elastic'),
      set('elasticsearch.serviceAccountToken', 'AAEAAWVs'),
      set('a.password', 'x'),
    ])
      expect(await kibanaSetting.inspect(change(more), context)).toMatchObject(refused);
    value(await context.secrets.put('short', new Secret('too short'), 'key'));
    value(await context.secrets.put('token', new Secret('AAEAAWVs'), 'token'));
    for (const [name, ref] of [
      [encryption, 'short'],
      ['elasticsearch.serviceAccountToken', 'token'],
    ] as const) {
      const keystore = { set: [{ name, value: { from: 'vault' as const, ref } }], remove: [] };
      expect(await kibanaSetting.inspect(change({ edits: [], keystore }), context)).toMatchObject(refused);
    }
  });
});

describe('Kibana’s own tool', () => {
  const tool = '/usr/share/kibana/bin/kibana-keystore';

  it('is missed by name where it is not there, or nobody knows where it would be', async () => {
    const words = async (wish: Change) => value(await kibanaSetting.inspect(wish, context)).words.join();
    expect(await words(change())).toContain('is not in /usr/share/kibana/bin: the keystore is written');
    const { home: _home, ...unknown } = change();
    expect(await words(unknown)).toContain('It is not known where Kibana is installed');
  });

  it('is asked where it is there, and must find what was written', async () => {
    host.place(tool, `#!/bin/sh\necho elasticsearch.password\necho ${encryption}\n`, 0o755);
    const wanted = change();
    expect(value(await kibanaSetting.inspect(wanted, context)).words).toEqual([]);
    const applied = await applyTwice(kibanaSetting, wanted, context);
    // It ends with 0 when it finds no keystore.
    host.place(tool, '#!/bin/sh\necho "ERROR: Kibana keystore not found."\n', 0o755);
    expect(await kibanaSetting.verify(wanted, applied.mark, context)).toMatchObject({
      error: { code: 'VERIFY_FAILED' },
    });
    host.place(tool, '#!/bin/sh\nexit 3\n', 0o755);
    expect(await kibanaSetting.verify(wanted, applied.mark, context)).toMatchObject({
      error: { code: 'COMMAND_FAILED' },
    });
  });

  it.runIf(asRoot)('is never run as root where Kibana has a say in what it does', async () => {
    host.place(tool, '#!/bin/sh\nexit 3\n', 0o755);
    const applied = await kibanaSetting.capture(change(), context);
    const wish = change();
    const mark = value(await kibanaSetting.apply(wish, value(applied), context));
    // Writable for others, and no user to run it as: nothing is run, nothing is said.
    host.place('/etc/kibana/node.options', '--require /tmp/x.js\n', 0o666);
    chmodSync(host.path('/etc/kibana/node.options'), 0o666);
    value(await kibanaSetting.verify(wish, mark, context));
    const more = change({ edits: [], keystore: { set: [], remove: ['elasticsearch.password'] } });
    expect(value(await kibanaSetting.inspect(more, context)).words.join()).toContain(
      'others than root can change what it does',
    );
    // The group of kibana.yml has a user of its own name: daemon or bin.
    chownSync(host.path(ymlPath), 0, 1);
    host.teach(
      'setpriv',
      `case "$*" in --reuid=root*) exit 97 ;; *" true") exit 0 ;; *) echo listed; echo elasticsearch.password; echo ${encryption} ;; esac`,
    );
    const again = value(await kibanaSetting.apply(wish, value(applied), context));
    value(await kibanaSetting.verify(wish, again, context));
    host.teach('setpriv', 'exit 97');
    host.teach('runuser', 'exit 97');
    expect(await kibanaSetting.verify(wish, again, context)).toMatchObject({
      error: { code: 'COMMAND_FAILED' },
    });
  });
});
