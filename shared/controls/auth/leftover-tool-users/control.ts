import { knownValue } from '../../../domain/fact.ts';
import type { FileRealmFact } from '../../../domain/facts.ts';
import { isToolUser } from '../../../text/file-realm.ts';
import { defineControl } from '../../define-control.ts';
import { counted, evidence, failed, judgeNode, listed, passed } from '../../judging.ts';
import { factsMissing, installOf } from '../../proposing.ts';

/** A name with roles alone gets them back the moment somebody makes a user of that name. */
function leftBehind({ users, rolesOnly }: FileRealmFact): readonly string[] {
  return [...users.map(({ name }) => name), ...rolesOnly].filter(isToolUser);
}

function others({ users }: FileRealmFact): FileRealmFact['users'] {
  return users.filter(({ name }) => !isToolUser(name));
}

export default defineControl({
  words: {
    id: 'leftover-tool-users',
    area: 'auth',
    title: 'The file realm holds no user that a tool left behind or nobody knows',
    severity: 'high',
    description:
      'Reads the names and roles in users and users_roles; password hashes are cut off while reading. The node’s own list of users does not show these users.',
    risk: 'Tools of Elasticsearch make themselves a superuser for some seconds; ended in the middle they leave it behind. A user of the file realm logs in although no list of users shows it.',
    references: [
      { title: 'File-based user authentication', publisher: 'Elastic' },
      { title: 'elasticsearch-reset-password', publisher: 'Elastic' },
    ],
    fix: 'guided',
    blast: 'none',
  },
  evaluate: (facts) =>
    judgeNode(facts, ['file-realm'], (_install, seen) => {
      const realm = seen['file-realm'].value;
      const left = leftBehind(realm);
      const unknown = others(realm);
      const shown = evidence(
        seen['file-realm'],
        'users of the file realm',
        realm.users.length + left.length === 0
          ? 'none'
          : [
              ...realm.users.map(({ name, roles }) => `${name} (${roles.join(', ') || 'no role'})`),
              ...realm.rolesOnly.map((name) => `${name} (roles without a user)`),
            ].join('; '),
      );
      if (left.length > 0)
        return failed(
          `A tool of Elasticsearch left ${counted(left.length, 'user')} behind: ${listed(left)}.`,
          shown,
        );
      if (unknown.length > 0)
        return failed(
          `${counted(unknown.length, 'user')} of the file realm ${unknown.length === 1 ? 'is' : 'are'} not known to Bulwark: ${listed(unknown.map(({ name }) => name))}.`,
          shown,
        );
      return passed('The file realm holds no user.', shown);
    }),
  propose: (facts, choices) => {
    const install = installOf(facts);
    const realm = knownValue(facts['file-realm']);
    if (!install || !realm) return factsMissing;
    const left = leftBehind(realm);
    const known = others(realm).map(({ name }) => name);
    const named = (choices['removeFileUsers'] ?? '').split(/[\s,]+/).filter((name) => name !== '');
    const strange = named.filter((name) => !known.includes(name) && !left.includes(name));
    const asked = named.filter((name) => known.includes(name));
    const choice = {
      name: 'removeFileUsers',
      label: 'Users of the file realm to remove',
      hint: `${strange.length === 0 ? '' : `No user of the file realm: ${listed(strange, 3)}. `}One per line, out of ${listed(known, 20)}. Leave out whoever you know: an administrator of the file realm gets in when the cluster cannot check passwords. Keep the finding by waiving it.`,
      type: 'text' as const,
      suggested: '',
    };
    const remove = [...new Set([...left, ...asked])];
    const words = {
      steps: [
        remove.length === 0
          ? 'Bulwark will remove the users that you name, with their roles; everybody else stays.'
          : `Bulwark will remove ${listed(remove)} from users and users_roles; everybody else stays.`,
      ],
      disturbs: 'Nothing restarts. Whoever logs in as one of them is refused within seconds.',
      undo: 'Undo brings both files back, byte for byte: these users can log in again.',
    };
    // A name that was mistyped is somebody who would stay without a word.
    if (remove.length === 0 || strange.length > 0) return { type: 'choices', choices: [choice], ...words };
    return {
      type: 'changes',
      changes: [{ kind: 'es-file-users', install, remove }],
      ...(known.length === 0 ? {} : { choices: [choice] }),
      ...words,
    };
  },
});
