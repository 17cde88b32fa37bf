import type { FileRealmFact } from '../../../domain/facts.ts';
import { defineControl } from '../../define-control.ts';
import { judgeIdentities, type Told } from '../../identities.ts';
import { counted, evidence, failed, listed, passed, undecided } from '../../judging.ts';
import { manual } from '../../proposing.ts';

/** `elastic`, and two persons who stand in for each other. */
const most = 3;

type Parts = Told<'users' | 'roles' | 'mappings' | 'apiKeys'>;

function superRoles({ roles }: Parts): ReadonlySet<string> {
  return new Set(['superuser', ...roles.broad.flatMap((role) => (role.superuser ? [role.name] : []))]);
}

/** Accounts that may do everything, whichever realm holds them. */
function accounts(parts: Parts, realm: FileRealmFact) {
  const mighty = superRoles(parts);
  const has = (roles: readonly string[]) => roles.some((role) => mighty.has(role));
  return {
    users: [
      ...parts.users.filter((user) => has(user.roles)),
      ...realm.users
        .filter((user) => has(user.roles))
        .map(({ name, roles }) => ({ name: `${name} (file realm)`, enabled: true, reserved: false, roles })),
    ],
    mappings: parts.mappings.filter((mapping) => mapping.enabled && has(mapping.roles)),
  };
}

/** A version before 8.5 does not tell the limits of a key, nor who owns it in which realm. */
function mayBeMighty(
  key: Parts['apiKeys'][number],
  parts: Parts,
  mighty: readonly { name: string }[],
): boolean {
  if (key.everything !== undefined || key.unlimited === false) return false;
  return mighty.some(({ name }) => name === key.owner) || parts.users.every(({ name }) => name !== key.owner);
}

/** Roles that somebody has and that the interface does not tell: those of roles.yml, and those that anybody may still create. */
function rolesNotTold(parts: Parts, realm: FileRealmFact): readonly string[] {
  const given = [
    ...parts.users.filter(({ enabled }) => enabled),
    ...realm.users,
    ...parts.mappings.filter(({ enabled }) => enabled),
  ].flatMap(({ roles }) => roles);
  return [...new Set(given)].filter((role) => !parts.roles.names.includes(role));
}

export default defineControl({
  words: {
    id: 'superuser-count',
    area: 'auth',
    title: 'Few accounts may do everything, and no application is one of them',
    severity: 'high',
    description: `Counts enabled users of all realms, role mappings and API keys that have the role superuser or one that equals it. At most ${most} users may, no role mapping that lets in everybody, and no API key: keys of an account go on working when it is disabled.`,
    risk: 'Each of them can read and delete everything, and make others of the kind. An application’s credentials lie in files and are seldom changed.',
    references: [
      { title: 'Elasticsearch security principles: least privilege', publisher: 'Elastic' },
      { title: 'Built-in roles: superuser', publisher: 'Elastic' },
    ],
    fix: 'guided',
    blast: 'none',
  },
  evaluate: (facts) =>
    judgeIdentities(
      facts,
      ['users', 'roles', 'mappings', 'apiKeys'],
      ['file-realm'],
      (parts, answers, seen) => {
        const found = accounts(parts, seen['file-realm'].value);
        const enabled = found.users.filter((user) => user.enabled).map(({ name }) => name);
        // A key goes on working when its owner is disabled (seen on 8.19 and 9.5).
        const mightyKeys = parts.apiKeys.filter((key) => key.everything === true);
        const openKeys = parts.apiKeys.filter((key) => mayBeMighty(key, parts, found.users));
        const openRoles = rolesNotTold(parts, seen['file-realm'].value);
        const openMappings = parts.mappings.filter(({ enabled: on, byTemplate }) => on && byTemplate);
        const everybody = found.mappings.filter((mapping) => mapping.everybody);
        const shown = [
          evidence(answers, 'enabled users that may do everything', enabled.join(', ') || 'none'),
          evidence(
            answers,
            'role mappings to such roles',
            found.mappings.map((one) => `${one.name}${one.everybody ? ' (everybody)' : ''}`).join(', ') ||
              'none',
          ),
          evidence(
            answers,
            'API keys that may do everything',
            [
              ...mightyKeys.map((key) => `${key.name} of ${key.owner}`),
              ...openKeys.map((key) => `${key.name} of ${key.owner} (limits not told)`),
            ].join(', ') || 'none',
          ),
        ];
        const faults = [
          ...(everybody.length > 0
            ? [`the role mapping ${listed(everybody.map(({ name }) => name))} makes everybody one`]
            : []),
          ...(mightyKeys.length > 0
            ? [
                `${counted(mightyKeys.length, 'API key')} ${mightyKeys.length === 1 ? 'has' : 'have'} all rights`,
              ]
            : []),
          ...(enabled.length > most ? [`${enabled.length} users are, more than ${most}`] : []),
        ];
        if (faults.length > 0) return failed(`Too many may do everything: ${faults.join('; ')}.`, ...shown);
        const open = [
          ...(openRoles.length > 0
            ? [`the role ${listed(openRoles)} is given to somebody, and the node does not know or tell it`]
            : []),
          ...(openMappings.length > 0
            ? [
                `the role mapping ${listed(openMappings.map(({ name }) => name))} works out its roles at each login`,
              ]
            : []),
          ...(openKeys.length > 0 ? [`what ${counted(openKeys.length, 'API key')} may do is not told`] : []),
        ];
        if (open.length > 0)
          return undecided(
            `Whether too many may do everything could not be seen: ${open.join('; ')}. Look at it by hand, and waive the finding when it is right.`,
            ...shown,
          );
        return passed(`${counted(enabled.length, 'user')} may do everything, and nobody else.`, ...shown);
      },
    ),
  propose: () =>
    manual(
      'Who needs these rights is for you to say, and who loses them must not be the only one left. Nothing was changed.',
      'Give applications a service account token or an API key with the few privileges that they need (POST /_security/api_key with role_descriptors).',
      'Invalidate keys with all rights (DELETE /_security/api_key); disabling their owner does not stop them.',
      'Take the role from users who do not need it (PUT /_security/user), or disable them (PUT /_security/user/NAME/_disable); nobody can disable himself.',
      'Narrow role mappings whose rule fits everybody (PUT /_security/role_mapping).',
    ),
});
