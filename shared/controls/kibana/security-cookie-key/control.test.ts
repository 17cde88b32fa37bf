import { expect, it } from 'vitest';
import { controlTable } from '../../../../test/support/control-table.ts';
import { keyMade, keyRows, madeOf } from '../../../../test/support/kibana-key-table.ts';
import control from './control.ts';

const name = 'xpack.security.encryptionKey';

controlTable(control, { ...keyRows(name, /no key for sessions/) });

it('makes a key of its own kind', () => {
  expect(keyMade(control)).toMatchObject(madeOf(name));
});
