import type { Facts } from '../../../domain/facts.ts';
import { defineControl, type Evaluation } from '../../define-control.ts';
import { counted, evidence, failed, judgeNode, listed, passed, undecided } from '../../judging.ts';
import { type Manual, manual } from '../../proposing.ts';

export default defineControl({
  words: {
    id: 'security-index-closed',
    area: 'auth',
    title: 'No security index with password hashes stands open to everybody',
    severity: 'critical',
    description:
      'Asks whether security is on, on every node of the cluster that is known, and counts the indices of users and keys (.security) in the state of the cluster. A node with security off hands them to everybody.',
    risk: 'While security is off on any node, everybody who reaches it copies the password hashes and plants users and keys there. They stay valid after security is on again.',
    references: [
      { title: 'Security settings in Elasticsearch', publisher: 'Elastic' },
      { title: 'Security privileges: restricted indices', publisher: 'Elastic' },
    ],
    fix: 'manual',
    blast: 'none',
  },
  evaluate,
  propose,
});

function evaluate(facts: Facts): Evaluation {
  return judgeNode(facts, ['node-answers', 'topology'], (_, seen) => {
    const answers = seen['node-answers'];
    const { securityEnabled, securityIndices, http } = answers.value;
    const { self, cluster } = seen.topology.value;
    const others = cluster.nodes.filter(({ key }) => key !== self);
    const open = [
      ...(securityEnabled === false ? ['this node'] : []),
      ...others.filter(({ security }) => security === 'off').map(({ name }) => name),
    ];
    const shown = [
      evidence(answers, 'Security', securityEnabled === undefined ? 'not told' : onOff(securityEnabled)),
      evidence(
        seen.topology,
        'Security on the other nodes',
        listed(
          others.map(({ name, security }) => `${name}: ${security}`),
          12,
        ) || 'there are none',
      ),
      evidence(
        answers,
        'Indices of users and keys',
        securityIndices === undefined ? 'not told' : String(securityIndices),
      ),
    ];
    if (open.length > 0) {
      if (securityIndices === undefined)
        return undecided(
          'Security is off, and whether there is an index of users and keys could not be told: the cluster has no master, or its state is too large. See that the cluster is up, then assess again.',
          ...shown,
        );
      return securityIndices === 0
        ? passed('Security is off, and there is no index of users and keys that could be read.', ...shown)
        : failed(
            `Security is off on ${listed(open)}, so everybody can read and change ${counted(securityIndices, 'index', 'indices')} of users and keys.`,
            ...shown,
          );
    }
    if (securityEnabled === undefined)
      return undecided(
        http === 'closed'
          ? 'Elasticsearch does not run, so whether security is on could not be seen. Start it, then assess again.'
          : 'The node did not tell whether security is on. Assess again when it answers.',
        ...shown,
      );
    const mute = others.filter(({ security }) => security === 'unknown');
    return mute.length > 0
      ? undecided(
          `Whether security is on could not be told for ${listed(mute.map(({ name }) => name))}. Add the host to the workspace if it is missing, and assess it.`,
          ...shown,
        )
      : passed(
          'Security is on, on every node that is known: the index of users and keys is closed.',
          ...shown,
        );
  });
}

function onOff(on: boolean): string {
  return on ? 'on' : 'off';
}

function propose(): Manual {
  return {
    ...manual(
      'It is closed by switching security on. What was read or planted meanwhile nobody can tell, so every password and key in it counts as disclosed.',
      'Switch security on, on every node (see the finding on security); until then let nobody reach the port.',
      'Then give every user another password. Those of built-in users are replaced on the step Secrets and certificates.',
      'Invalidate all API keys and service account tokens, and make new ones.',
      'Go through users, roles and role mappings, and remove what nobody knows.',
    ),
    settledBy: 'security-enabled',
  };
}
