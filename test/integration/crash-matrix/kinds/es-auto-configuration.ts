import { elasticRef, securing } from '../../es-installs.ts';
import { type KindFile, matrixKind } from '../contract.ts';
import { asItWas, folder, https, nodeWitness, theirs } from '../own-node.ts';

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
      script: `curl -sk --config - -m 20 -o /dev/null -w '%{http_code}' ${https}/_security/_authenticate`,
      user: 'elastic',
      prints: '200',
    },
    folders: [folder],
    edit: theirs,
    unit: 'elasticsearch.service',
    atomic: false,
    slow: true,
  }),
];
