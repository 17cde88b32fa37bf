import { knownValue } from '../../../domain/fact.ts';
import { defineControl } from '../../define-control.ts';
import { judgeIdentities } from '../../identities.ts';
import { evidence, failed, passed } from '../../judging.ts';
import { elasticPasswordRef } from '../../own-certificates.ts';
import { factsMissing, installOf, manual } from '../../proposing.ts';

export default defineControl({
  words: {
    id: 'seed-password-retired',
    area: 'auth',
    title: 'The user elastic has a stored password, so that no keystore seed is accepted',
    severity: 'high',
    description:
      'Asks the node whether its user store holds a password of elastic. Its hash is dropped while reading. Until there is one, every node accepts the seed of its own keystore, or its bootstrap.password, as the password of elastic.',
    risk: 'Whoever can read the keystore of a node, or a backup of it, logs in as elastic and may do everything.',
    references: [{ title: 'Built-in users: the elastic bootstrap password', publisher: 'Elastic' }],
    fix: 'auto',
    blast: 'none',
  },
  evaluate: (facts) =>
    judgeIdentities(facts, ['elasticStored'], [], ({ elasticStored }, answers) => {
      const shown = evidence(answers, 'password of elastic', elasticStored ? 'stored' : 'none stored');
      return elasticStored
        ? passed('A password of elastic is stored; the seed of the keystore is no password any more.', shown)
        : failed('No password of elastic is stored: the node accepts the seed of its keystore.', shown);
    }),
  propose: (facts) => {
    const install = installOf(facts);
    const nodes = knownValue(facts['node-answers'])?.nodeCount;
    if (!install) return factsMissing;
    if (nodes !== 1)
      return manual(
        nodes === undefined
          ? 'How many nodes have elastic as their user is not known.'
          : `The user elastic is that of a cluster of ${nodes} nodes, and the vault keeps its password by host: each host would set another one.`,
        'On one node: bin/elasticsearch-reset-password -u elastic',
        'Give Bulwark the new login for each host of the cluster, then assess again.',
      );
    return {
      type: 'changes',
      changes: [
        {
          kind: 'es-password',
          install,
          // A login that the vault has may be the seed itself: it is accepted, and still has to go.
          users: [
            { name: 'elastic', ref: elasticPasswordRef, length: 24, rotate: 'retire-seed', keep: true },
          ],
        },
      ],
      steps: [
        'Bulwark will give elastic a generated password, keep it in your vault, and prove it by logging in. From then on the seed is refused.',
      ],
      disturbs: 'Nothing restarts. What logged in with the seed is refused from then on.',
      undo: 'The seed is not made a password again.',
    };
  },
});
