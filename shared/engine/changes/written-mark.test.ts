/** An edit between writing a file and looking at it again is somebody else's: not taken for ours, and not taken away. */
import { appendFileSync, mkdirSync, readFileSync } from 'node:fs';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type TestContext, testContext, undo, value } from '../../../test/support/change-harness.ts';
import { LocalHost } from '../../../test/support/local-host.ts';
import { testDigest } from '../../../test/support/memory-ports.ts';
import { succeed } from '../../domain/result.ts';
import type { ChangeKind } from '../change-kind.ts';
import { fileContent } from './file-content/file-content.ts';
import { kibanaSetting } from './kibana-setting/kibana-setting.ts';
import { yamlSetting } from './yaml-setting/yaml-setting.ts';

const path = '/etc/kibana/kibana.yml';
const text = 'server.host: 0.0.0.0\n';
const theirs = '# theirs\n';
const edits = [{ op: 'set' as const, key: 'server.host', value: '127.0.0.1' }];
const expects = testDigest.sha256(text);

let host: LocalHost;
let context: TestContext;
beforeEach(() => {
  host = new LocalHost();
  context = testContext(host);
  mkdirSync(host.path('/etc/kibana'), { recursive: true });
  host.place(path, text, 0o660);
});
afterEach(() => host.remove());

/** What is there after an edit between writing and looking: verified, undone, and the file. */
async function editedInBetween<K extends 'file-content' | 'kibana-setting' | 'yaml-setting'>(
  kind: ChangeKind<K>,
  change: Parameters<ChangeKind<K>['apply']>[0],
): Promise<readonly unknown[]> {
  const before = value(await kind.capture(change, context));
  host.after = ({ name }) => {
    if (name.startsWith('write-file')) appendFileSync(host.path(path), theirs);
    return succeed(undefined);
  };
  const mark = value(await kind.apply(change, before, context));
  host.after = undefined;
  return [
    await kind.verify(change, mark, context),
    await undo(kind, change, { before, mark }, context),
    readFileSync(host.path(path), 'utf8'),
  ];
}

const kept = [
  { error: { code: 'VERIFY_FAILED' } },
  { error: { code: 'DRIFT' } },
  `server.host: 127.0.0.1\n${theirs}`,
];

it('of one file', async () => {
  expect(
    await editedInBetween(fileContent, {
      kind: 'file-content',
      path,
      content: 'server.host: 127.0.0.1\n',
      expects,
    }),
  ).toMatchObject(kept);
});

it('of a setting', async () => {
  expect(await editedInBetween(yamlSetting, { kind: 'yaml-setting', path, edits, expects })).toMatchObject(
    kept,
  );
});

it('of files that are written together', async () => {
  expect(
    await editedInBetween(kibanaSetting, {
      kind: 'kibana-setting',
      pathConf: '/etc/kibana',
      edits,
      expects,
      keystore: { set: [], remove: [] },
    }),
  ).toMatchObject(kept);
});
