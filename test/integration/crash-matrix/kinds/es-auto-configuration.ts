import { elasticRef, securing } from '../../es-installs.ts';
import { type KindFile, matrixKind } from '../contract.ts';
import { asItWas, data, folder, https, nodeWitness, theirs } from '../own-node.ts';

const change = securing('conf-elsewhere');

export const kinds: KindFile = [
  matrixKind<'es-auto-configuration'>({
    kind: 'es-auto-configuration',
    scenario: 'conf-elsewhere',
    prepare: asItWas(':'),
    change: () => Promise.resolve(change),
    witness: nodeWitness,
    proof: {
      ref: elasticRef,
      // Until the index of its passwords is there, a node that was just started refuses everybody.
      script: `login=$(cat); for i in $(seq 60); do
  seen=$(printf '%s\\n' "$login" | curl -sk --config - -m 20 -o /dev/null -w '%{http_code}' ${https}/_security/_authenticate || true)
  [ "$seen" != 200 ] || break; sleep 1
done; echo "$seen"`,
      user: 'elastic',
      prints: '200',
    },
    folders: [folder],
    edit: theirs,
    unit: 'elasticsearch.service',
    atomic: false,
    // A secured node that does not run cannot say whether anything in its data is the operator's.
    keptAside: {
      path: `${data}.secured-plan-01-es-auto-configuration`,
      of: data,
      faults: ['service-fails'],
    },
    slow: true,
    caseSeconds: 120,
  }),
];
