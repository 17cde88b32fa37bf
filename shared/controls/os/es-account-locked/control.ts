import { knownValue } from '../../../domain/fact.ts';
import type { Account, Facts } from '../../../domain/facts.ts';
import { isLoginShell } from '../../../text/accounts.ts';
import { defineControl, type Proposal } from '../../define-control.ts';
import { evidence, failed, judgeNode, listed, passed, undecided } from '../../judging.ts';
import { factsMissing, manual } from '../../proposing.ts';
import { isDedicated } from '../../service-account.ts';

const privileged = new Set([
  'root',
  'sudo',
  'wheel',
  'admin',
  'adm',
  'docker',
  'lxd',
  'libvirt',
  'disk',
  'shadow',
  'kvm',
]);

export default defineControl({
  words: {
    id: 'es-account-locked',
    area: 'os',
    title: 'The service account has no password, login shell, SSH key, sudo right or privileged group',
    severity: 'high',
    description:
      'Looks at the account that runs Elasticsearch: its password field and shell, its authorized_keys files, the sudo rules that name it or its groups, and its groups.',
    risk: 'A service account that can log in or become root turns a flaw in Elasticsearch, or a guessed password, into control over the whole host.',
    references: [
      { title: 'Elasticsearch security principles', publisher: 'Elastic' },
      { title: 'CIS Controls v8, safeguard 5.4', publisher: 'Center for Internet Security' },
    ],
    fix: 'auto',
    blast: 'none',
  },
  evaluate: (facts) =>
    judgeNode(facts, ['service-account'], (_install, seen) => {
      const fact = seen['service-account'];
      const account = fact.value;
      const shown = [
        evidence(fact, `password of ${account.name}`, account.password),
        evidence(fact, `shell of ${account.name}`, account.shell || '(empty: /bin/sh)'),
        evidence(fact, 'authorized_keys files', account.authorizedKeys.join(', ') || 'none'),
        evidence(
          fact,
          'sudo rules',
          account.sudoRules.map((rule) => `${rule.file}:${rule.line}`).join(', ') || 'none',
          account.sudoRules.map((rule) => rule.text).join('\n'),
        ),
        evidence(fact, 'groups', account.groups.join(' ')),
      ];
      const problems = problemsOf(account);
      if (problems.length > 0) return failed(`The account ${account.name} ${listed(problems, 5)}.`, ...shown);
      if (account.password === 'unknown')
        return undecided(
          `Whether ${account.name} has a password can be read by root only. Let Bulwark log in as root or use sudo, then assess again.`,
          ...shown,
        );
      return passed(`Nobody can log in as ${account.name}, and it has no special rights.`, ...shown);
    }),
  propose,
});

function problemsOf(account: Account): readonly string[] {
  const groups = account.groups.filter((group) => privileged.has(group));
  return [
    ...(account.uid === 0 ? ['is root'] : []),
    ...(account.password === 'set' ? ['has a password'] : []),
    ...(account.password === 'empty' ? ['has an empty password'] : []),
    ...(isLoginShell(account.shell) ? ['has a login shell'] : []),
    ...(account.authorizedKeys.length > 0 ? ['accepts SSH keys'] : []),
    ...(account.sudoRules.length > 0 ? ['has sudo rights'] : []),
    ...(groups.length > 0 ? [`is in the group ${groups.join(', ')}`] : []),
  ];
}

function propose(facts: Facts): Proposal {
  const account = knownValue(facts['service-account']);
  if (!account) return factsMissing;
  if (!isDedicated(account)) {
    return {
      ...manual(
        `${account.name} is not Elasticsearch’s own account. Locking it could lock a person or another service out, so Bulwark does not.`,
        'First give Elasticsearch its own account (control es-service-user).',
        'Then assess again: this control then judges the new account.',
      ),
      settledBy: 'es-service-user',
    };
  }
  const shared = account.sudoRules.filter((rule) => !rule.dedicated);
  const sudoersFiles = [
    ...new Set(account.sudoRules.filter((rule) => rule.dedicated).map((rule) => rule.file)),
  ];
  const leaveGroups = account.groups.filter((group) => privileged.has(group) && group !== account.group);
  const nothingElse =
    problemsOf(account).every((problem) => problem === 'has sudo rights') && sudoersFiles.length === 0;
  if (shared.length > 0 && nothingElse)
    return manual(sharedRule, ...shared.map((rule) => `Edit ${rule.file}, line ${rule.line}, with visudo.`));
  return {
    type: 'changes',
    changes: [
      {
        kind: 'account',
        user: account.name,
        action: {
          do: 'lock',
          shell: '/usr/sbin/nologin',
          leaveGroups,
          authorizedKeys: [...account.authorizedKeys],
          sudoersFiles,
        },
      },
    ],
    steps: [
      `Bulwark will lock the password of ${account.name} and set its shell to /usr/sbin/nologin.`,
      ...(account.authorizedKeys.length > 0
        ? [`Bulwark will set aside ${account.authorizedKeys.join(', ')}.`]
        : []),
      ...(leaveGroups.length > 0 ? [`Bulwark will take it out of ${leaveGroups.join(', ')}.`] : []),
      ...(sudoersFiles.length > 0 ? [`Bulwark will set aside ${sudoersFiles.join(', ')}.`] : []),
      ...(shared.length > 0
        ? [
            `By hand: ${shared.map((rule) => `${rule.file} line ${rule.line}`).join(', ')} name others too and stay.`,
          ]
        : []),
    ],
    disturbs: `Nothing restarts. Nobody can log in as ${account.name} any more.`,
    undo: 'Undo restores password field, shell, groups, keys and sudo rules as they were.',
  };
}

const sharedRule =
  'The sudo rules that concern the account name others too; Bulwark does not edit rules of others.';
