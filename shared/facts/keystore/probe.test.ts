/** Runs the probe in a shell whose systemd is a stand-in that prints what a real one does (systemd 252). */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { readFact } from '../../../test/support/fact-probe.ts';
import { probeHelpers } from '../prelude.ts';
import { keystore } from './source.ts';

const folder = mkdtempSync(join(tmpdir(), 'keystore-'));
const passphrase = join(folder, 'pass phrase');
beforeAll(() => {
  writeFileSync(join(folder, 'elasticsearch.keystore'), 'not looked into');
  writeFileSync(passphrase, 'not looked into either', { mode: 0o644 });
});
afterAll(() => rmSync(folder, { recursive: true }));

const standIn = String.raw`
systemctl() { case $* in
  cat*) printf '%s\n' "$written" ;;
  *StandardInput*) printf 'StandardInput=%s\n' "$kind" ;;
  *ExecStart*) echo 'ExecStart={ path=/opt/es/bin/elasticsearch ; argv[]=/opt/es/bin/elasticsearch ; ignore_errors=no }' ;;
esac; }
`;

function unattended(kind: string, ...written: readonly string[]) {
  const printed = execFileSync('/bin/sh', ['-c', `${probeHelpers}${standIn}${keystore.probe}`], {
    env: {
      PATH: process.env['PATH'],
      ES_HOME: '/opt/es',
      ES_PATH_CONF: folder,
      ES_UNIT: 'es.service',
      kind,
      written: written.join('\n'),
    },
  }).toString();
  expect(printed).not.toContain('either');
  return readFact(keystore, printed).unattended;
}

it('tells the file behind standard input as the last line of the unit has it', () => {
  const line = `StandardInput=file:${passphrase}`;
  expect(unattended('file', '[Service]', 'StandardInput=file:/earlier', `  ${line}`)).toMatchObject({
    by: 'input-file',
    path: passphrase,
    file: { mode: '0644' },
  });
  expect(unattended('file', `StandardInput = file:${folder}/gone`)).toEqual({
    by: 'input-file',
    path: `${folder}/gone`,
    file: undefined,
  });
});

it('tells no file where a specifier is in its name, or something else feeds it', () => {
  expect(unattended('file', `StandardInput=file:${folder}/%i`)).toEqual({ by: 'input-file' });
  expect(unattended('data', 'StandardInput=data', 'StandardInputText=made-up')).toEqual({ by: 'input-data' });
  expect(unattended('fd', 'StandardInput=fd:es.socket')).toEqual({ by: 'descriptor' });
  expect(unattended('null', '[Service]')).toEqual({ by: 'nothing' });
});
