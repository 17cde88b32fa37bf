/** What holds for every control of one encryption key of Kibana's. */
import type { Control } from '../../shared/controls/define-control.ts';
import type { Change } from '../../shared/domain/change.ts';
import { changesOf, type Rows } from './control-table.ts';
import { failingKibana, key, keystoreOf, kibanaFacts, notRead, ymlOf } from './kibana.ts';

type Name = Parameters<typeof key>[0];

const none = kibanaFacts({ keystore: keystoreOf([]) });

/** @param name of the setting. @param says of a Kibana that has no such key */
export function keyRows(
  name: Name,
  says: RegExp,
): Readonly<Record<'pass' | 'fail' | 'unknown' | 'error', Rows>> {
  const clear = kibanaFacts({
    keystore: keystoreOf([]),
    settings: ymlOf({ [name]: '[secret]' }, { keys: [key(name)] }),
  });
  return {
    pass: [{ name: 'in the keystore', facts: kibanaFacts() }],
    fail: [
      { name: 'none', facts: none, says },
      { name: 'in clear text', facts: clear },
    ],
    unknown: [{ name: 'not read', facts: kibanaFacts({ keystore: notRead }) }],
    error: [{ name: 'broken', facts: failingKibana }],
  };
}

/** What the control would change of a Kibana that has no such key. */
export function keyMade(control: Control): readonly Change[] {
  return changesOf(control, none).changes;
}

export const madeOf = (name: Name) => [
  { keystore: { set: [{ name, value: { from: 'generate', ref: `shared/kibana/${name}` } }] } },
];
