import { knownValue } from '../../../domain/fact.ts';
import { defineControl } from '../../define-control.ts';
import { judgeIdentities } from '../../identities.ts';
import { counted, evidence, failed, listed, passed, undecided } from '../../judging.ts';
import { manual } from '../../proposing.ts';

export default defineControl({
  words: {
    id: 'role-least-privilege',
    area: 'auth',
    title: 'No role of your own grants everything on everything',
    severity: 'high',
    description:
      'Reads the definitions of all roles that are not built in, and looks for the privileges that amount to everything: on the cluster, on every index, on restricted indices, on behalf of anybody. Roles in roles.yml are not told by the node: where there are any, look at them by hand.',
    risk: 'Such a role is a superuser by another name. manage_security alone is enough to become one in a single call.',
    references: [
      { title: 'Elasticsearch security principles: least privilege', publisher: 'Elastic' },
      { title: 'Security privileges', publisher: 'Elastic' },
    ],
    fix: 'manual',
    blast: 'none',
  },
  evaluate: (facts) =>
    judgeIdentities(facts, ['roles'], ['file-realm'], ({ roles }, answers, seen) => {
      const shown = [
        evidence(answers, 'roles of your own', String(roles.count)),
        ...roles.broad.map((role) => evidence(answers, `role ${role.name}`, role.grants.join('; '))),
      ];
      if (roles.broad.length === 0 && seen['file-realm'].value.rolesInFile)
        return undecided(
          `None of the ${counted(roles.count, 'role')} of your own that the node tells grants everything; roles.yml in ${seen['file-realm'].value.path} defines more, which it does not tell. Look at them by hand.`,
          ...shown,
        );
      return roles.broad.length === 0
        ? passed(`${counted(roles.count, 'role')} of your own, none of them grants everything.`, ...shown)
        : failed(
            `${counted(roles.broad.length, 'role grants', 'roles grant')} everything or nearly so: ${listed(roles.broad.map(({ name }) => name))}.`,
            ...shown,
          );
    }),
  propose: (facts) => {
    const broad = knownValue(facts['node-answers'])?.identities?.roles?.broad ?? [];
    return manual(
      'What the users of a role really need is not told by the node; narrowing it blindly would lock them out. Nothing was changed.',
      ...broad.map(
        (role) =>
          `In the role ${role.name} replace ${role.grants.join('; ')} by the indices and privileges that its users need (PUT /_security/role/${role.name}).`,
      ),
    );
  },
});
