import { expect, it } from 'vitest';
import { controlTable, manualOf } from '../../../../test/support/control-table.ts';
import {
  factsOf,
  failing,
  file,
  healthy,
  neverStarted,
  open,
  packageInstall,
  without,
} from '../../../../test/support/facts.ts';
import type { KeystoreFact } from '../../../domain/facts.ts';
import control from './control.ts';

const path = '/etc/elasticsearch-passphrase';
const opened = (unattended: KeystoreFact['unattended']) =>
  factsOf(healthy, { keystore: { ...healthy.keystore, unattended } });
const byFile = (...rest: Parameters<typeof file> extends [string, ...infer R] ? R : never) =>
  opened({ by: 'passphrase-file', path, file: file(path, ...rest) });

const onInput = (mode: string) => opened({ by: 'input-file', path, file: file(path, mode, 'root', 'root') });

controlTable(control, {
  pass: [
    { name: 'a file of the service', facts: factsOf(healthy), says: /others cannot read/ },
    { name: 'a file of root, for its group', facts: byFile('640', 'root', 'elasticsearch') },
    { name: 'a file of root on standard input', facts: onInput('600'), says: /others cannot read/ },
  ],
  fail: [
    { name: 'nothing hands it over', facts: opened({ by: 'nothing' }), says: /a start fails/ },
    { name: 'the file is gone', facts: opened({ by: 'passphrase-file', path }), says: /not there/ },
    { name: 'open to others, on standard input', facts: onInput('644'), says: /every local account/ },
    {
      name: 'gone, on standard input',
      facts: opened({ by: 'input-file', path }),
      says: /not there: the next start fails/,
    },
    { name: 'in the unit itself', facts: opened({ by: 'input-data' }), says: /stands in the unit/ },
    { name: 'open to others', facts: byFile('644', 'root', 'root'), says: /every local account/ },
    { name: 'closed to the service', facts: byFile('600', 'root', 'root'), says: /cannot be read/ },
  ],
  'not-applicable': [
    { name: 'no password', facts: factsOf(open), says: /strict profile/ },
    { name: 'no keystore', facts: factsOf(neverStarted), says: /keystore-present/ },
  ],
  unknown: [
    { name: 'no unit', facts: opened(undefined), says: /No systemd unit/ },
    { name: 'a descriptor', facts: opened({ by: 'descriptor' }), says: /not told by the unit/ },
    { name: 'a file of no known name', facts: opened({ by: 'input-file' }), says: /not told by the unit/ },
    {
      name: 'a program of its own',
      facts: opened({ by: 'other-program' }),
      says: /program of its own/,
    },
    {
      name: 'damaged',
      facts: factsOf(healthy, { keystore: { ...healthy.keystore, passwordProtected: undefined } }),
      says: /damaged/,
    },
    { name: 'may not look', facts: without(healthy, 'keystore') },
  ],
  error: [{ name: 'reading broke', facts: failing(healthy, 'keystore') }],
});

it('tells the way that fits the layout', () => {
  const nothing = { ...healthy.keystore, unattended: { by: 'nothing' } } as const;
  expect(manualOf(control, factsOf(healthy, { keystore: nothing })).steps[0]).toMatch(/StandardInput/);
  const packaged = factsOf(healthy, { keystore: nothing, 'es-install': packageInstall });
  expect(manualOf(control, packaged).steps[0]).toMatch(/ES_KEYSTORE_PASSPHRASE_FILE/);
});
