import { expect, it } from 'vitest';
import { readFact, unknownFact } from '../../../test/support/fact-probe.ts';
import { keystore } from './source.ts';

it('keystore', () => {
  const header =
    ' 3f d7 6c 17 16 65 6c 61 73 74 69 63 73 65 61 72\n 63 68 2e 6b 65 79 73 74 6f 72 65 00 00 00 07 00\n';
  const text = `@@ path\n/c/elasticsearch.keystore\n@@ state\n@@ stat\nregular file|es|es|660|199|/c/elasticsearch.keystore\n\n@@ header\n${header}@@ digest\n${'b'.repeat(64)}\n`;
  expect(readFact(keystore, text)).toMatchObject({
    exists: true,
    formatVersion: 7,
    passwordProtected: false,
    file: { mode: '0660' },
    digest: 'b'.repeat(64),
  });
  expect(readFact(keystore, '@@ path\n/c/k\n@@ state\nmissing\n')).toMatchObject({ exists: false });
  expect(unknownFact(keystore, '@@ path\n/c/k\n@@ state\nclosed\n')).toMatch(/root only/);
  expect(
    unknownFact(keystore, '@@ path\n/c/k\n@@ state\n@@ stat\nregular file|es|es|600|199|/c/k\n'),
  ).toMatch(/root only/);
});

it('how a unit opens it at a start', () => {
  const of = (unattended: string) =>
    readFact(
      keystore,
      `@@ path\n/c/k\n@@ state\n@@ stat\nregular file|es|es|660|199|/c/k\n${unattended}@@ header\n3f\n@@ digest\n`,
    ).unattended;
  expect(of('@@ unattended\nunit=none\nnamed=\n')).toBeUndefined();
  expect(of('@@ unattended\ninput=null\nexec=/opt/es/bin/elasticsearch\nnamed=/x\n')).toEqual({
    by: 'nothing',
  });
  for (const exec of ['exec=/usr/local/bin/start-node\n', ''])
    expect(of(`@@ unattended\ninput=null\n${exec}named=/x\n`)).toEqual({ by: 'other-program' });
  const exec = 'exec=/opt/es/bin/elasticsearch\nnamed=\n';
  expect(of(`@@ unattended\ninput=file\n${exec}`)).toEqual({ by: 'input-file' });
  expect(of(`@@ unattended\ninput=file\n${exec}fed=/x\n`)).toEqual({
    by: 'input-file',
    path: '/x',
    file: undefined,
  });
  expect(
    of(`@@ unattended\ninput=file\n${exec}fed=/x\n@@ input\nregular file|root|root|644|20|/x\n`),
  ).toMatchObject({ by: 'input-file', file: { mode: '0644' } });
  expect(of(`@@ unattended\ninput=data\n${exec}`)).toEqual({ by: 'input-data' });
  expect(of(`@@ unattended\ninput=fd\n${exec}`)).toEqual({ by: 'descriptor' });
  expect(
    of('@@ unattended\ninput=null\nexec=/usr/share/elasticsearch/bin/systemd-entrypoint\nnamed=/x\n'),
  ).toEqual({
    by: 'passphrase-file',
    path: '/x',
    file: undefined,
  });
  expect(
    of(
      '@@ unattended\ninput=null\nexec=/usr/share/elasticsearch/bin/systemd-entrypoint\nnamed=/x\n@@ passphrase\nregular file|root|root|600|20|/x\n',
    ),
  ).toMatchObject({ by: 'passphrase-file', file: { mode: '0600' } });
});
