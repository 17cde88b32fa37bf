import { elasticRef, installOn } from '../../es-installs.ts';
import { type KindFile, matrixKind } from '../contract.ts';
import { url } from '../open-node.ts';
import { asItWas, folder, https, nodeWitness, theirs } from '../own-node.ts';

/** Documents of which none may be missing, whatever comes between. */
const documents = 200;
const count = '/orders/_count?filter_path=count';
const counted = `{"count":${documents}}`;
const index = `for i in $(seq ${documents}); do printf '{"index":{}}\\n{"n":%s}\\n' $i; done |
  curl -sf -H 'content-type: application/x-ndjson' --data-binary @- '${url}/orders/_bulk?refresh=true' >/dev/null
curl -sf -X POST '${url}/orders/_flush' >/dev/null; curl -sf '${url}${count}' | grep -qxF '${counted}'`;

export const kinds: KindFile = [
  matrixKind<'es-own-certificates'>({
    kind: 'es-own-certificates',
    scenario: 'conf-elsewhere',
    prepare: asItWas(index),
    change: () =>
      Promise.resolve({
        kind: 'es-own-certificates',
        install: installOn('conf-elsewhere'),
        elasticPasswordRef: elasticRef,
        httpCaRef: 'es/lab/http-ca',
        nodeKeyRef: 'es/lab/node-key',
        storePasswordRef: 'es/lab/node-store',
        authorityRef: 'pki/authority',
        keyType: 'p-256',
        form: 'pkcs12',
        names: ['localhost', '127.0.0.1'],
        days: 730,
      }),
    witness: `${nodeWitness}
[ "$open" != 200 ] || curl -s -m 20 '${url}${count}'`,
    // The secured node tells nobody else how many documents it has.
    proof: {
      ref: elasticRef,
      script: `login=$(cat); for i in $(seq 60); do
  seen=$(printf '%s\\n' "$login" | curl -sk --config - -m 20 '${https}${count}' || true); [ "$seen" != '${counted}' ] || break; sleep 1
done; echo "$seen"`,
      user: 'elastic',
      prints: counted,
    },
    folders: [folder],
    edit: theirs,
    unit: 'elasticsearch.service',
    atomic: false,
    slow: true,
    caseSeconds: 100,
  }),
];
