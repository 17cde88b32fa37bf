import type { Change } from '../../../domain/change.ts';
import type { ControlWords } from '../../../domain/control.ts';
import type { EsInstall } from '../../../domain/elasticsearch.ts';
import { knownValue } from '../../../domain/fact.ts';
import type { Facts, FileFact } from '../../../domain/facts.ts';
import { type Choices, defineControl, type Proposal } from '../../define-control.ts';
import { evidence, failed, judgeNode, passed, undecided } from '../../judging.ts';
import { factsMissing, installOf, manual, noUnit } from '../../proposing.ts';
import { dataState } from '../../securing.ts';
import { isUnclear, whyNotDedicated } from '../../service-account.ts';

const words: ControlWords = {
  id: 'es-service-user',
  area: 'os',
  title: 'Elasticsearch runs as a dedicated non-root user',
  severity: 'critical',
  description:
    'Looks at the account of the running Elasticsearch process, or at the account its systemd unit names when it does not run, and whether a person or another service uses that account too.',
  risk: 'Whoever breaks into Elasticsearch gets everything that its account may do. With a person’s account that is their keys, their sudo rights and their other work.',
  references: [
    { title: 'Elasticsearch security principles', publisher: 'Elastic' },
    { title: 'Secure your cluster', publisher: 'Elastic' },
  ],
  fix: 'guided',
  blast: 'restart',
};

export default defineControl({
  words,
  evaluate: (facts) =>
    judgeNode(facts, ['es-process', 'service-account'], (install, seen) => {
      const process = seen['es-process'].value;
      const account = seen['service-account'].value;
      if (process === null && install.value.unit === undefined)
        return undecided(
          'Elasticsearch does not run and no systemd unit says who would run it. Start it, then assess again.',
          evidence(seen['es-process'], 'Elasticsearch process', 'not running'),
        );
      const lookalikes =
        process?.lookalikes === undefined
          ? []
          : [
              evidence(
                seen['es-process'],
                'processes that only look like Elasticsearch',
                process.lookalikes.map(({ pid, user }) => `process ${pid} of ${user}`).join(', '),
              ),
            ];
      const runs = process === null ? `its unit ${install.value.unit} starts it` : 'it runs';
      const seenUser =
        process === null
          ? evidence(install, 'User= of the unit', install.value.user)
          : evidence(
              seen['es-process'],
              'effective user of the process',
              `${process.user} (uid ${process.uid})`,
            );
      const seenAccount = evidence(
        seen['service-account'],
        `account ${account.name}`,
        `uid ${account.uid}, shell ${account.shell}, groups ${account.groups.join(' ')}`,
      );
      if (process?.uid === 0 || account.uid === 0)
        return failed(
          `Elasticsearch is run by root: ${runs} as uid 0.`,
          seenUser,
          seenAccount,
          ...lookalikes,
        );
      const reason = whyNotDedicated(account);
      if (reason === undefined && isUnclear(account))
        return undecided(
          `Whether somebody logs in as ${account.name}, the account that runs Elasticsearch, can be read by root only. Let Bulwark log in as root or use sudo, then assess again.`,
          seenUser,
          seenAccount,
          ...lookalikes,
        );
      if (reason === undefined)
        return passed(
          `Elasticsearch has its own account: ${runs} as ${account.name}.`,
          seenUser,
          seenAccount,
          ...lookalikes,
        );
      return failed(
        `Elasticsearch shares an account: ${runs} as ${account.name}, ${reason}.`,
        seenUser,
        seenAccount,
        ...lookalikes,
      );
    }),
  propose,
});

const accountName = /^[a-z_][a-z0-9_-]{0,30}$/;

function propose(facts: Facts, choices: Choices): Proposal {
  const install = installOf(facts);
  const account = knownValue(facts['service-account']);
  if (!install || !account) return factsMissing;
  const { unit } = install;
  if (unit === undefined) return noUnit('give it another account');
  if (install.home === account.home || account.home.startsWith(`${install.home}/`))
    return manual(
      `Elasticsearch lies in the home directory of ${account.name}, together with other things of theirs.`,
      'Install Elasticsearch in a directory of its own, for example below /opt, then assess again.',
    );
  const closed = closedParent(install, knownValue(facts['es-files']) ?? []);
  if (closed !== undefined)
    return manual(
      `${closed} is closed to other accounts, so a new account could not reach Elasticsearch.`,
      'Move Elasticsearch out of private directories, for example to /opt, then assess again.',
    );
  // Between the change of owner and the restart a running node could not write into its own data.
  if (
    knownValue(facts['es-process']) != null &&
    !['empty', 'housekeeping'].includes(dataState(facts, install))
  )
    return manual(
      'The running node holds data, or that could not be told. Its files must change hands while it is stopped; the assisted way for nodes with data comes later. Nothing was changed.',
      `Create a system account, stop ${unit}, give it ${places(install)
        .map((place) => place.path)
        .join(', ')} with everything below, add User= and Group= to ${unit} by a drop-in, start it again.`,
    );
  const user = choices['serviceUser']?.trim() ?? '';
  const shown = accountName.test(user) && user !== account.name ? user : 'the service user';
  const more = {
    steps: [
      `Bulwark will create the system account and group ${shown}, without login, password and home directory.`,
      `Bulwark will give it ${places(install)
        .map((place) => place.path)
        .join(', ')} and everything below.`,
      `Bulwark will add a drop-in to ${unit} that runs Elasticsearch as ${shown}.`,
      'Bulwark will start the new configuration once beside the running node, then restart the service and wait until it answers.',
    ],
    disturbs:
      'The node restarts once: it is away for about a minute, often less. Clients of this node notice.',
    undo: 'Undo gives every file back to its owner of before, removes the drop-in and the account, and restarts the node.',
  };
  if (!accountName.test(user) || user === account.name) {
    const suggested = account.name === 'elasticsearch' ? 'elasticsearch-svc' : 'elasticsearch';
    const choice = {
      name: 'serviceUser',
      label: 'Service user',
      hint: `A new system account for Elasticsearch alone; not ${account.name}.`,
      type: 'text',
      suggested,
    } as const;
    return { type: 'choices', choices: [choice], ...more };
  }
  return { type: 'changes', changes: changesFor(install, unit, user), ...more };
}

function changesFor(install: EsInstall, unit: string, user: string): readonly Change[] {
  return [
    {
      kind: 'account',
      user,
      action: { do: 'create-system', group: user, shell: '/usr/sbin/nologin', home: '/nonexistent' },
    },
    {
      kind: 'file-mode',
      entries: places(install).map((place) => ({
        path: place.path,
        ...place.owners(user),
        below: place.owners(user),
      })),
    },
    {
      kind: 'systemd-dropin',
      unit,
      name: 'bulwark-user.conf',
      content: `[Service]\nUser=${user}\nGroup=${user}\n`,
    },
    { kind: 'service-restart', unit, install: { ...install, user, group: user }, rehearse: true },
  ];
}

interface Place {
  readonly path: string;
  readonly owners: (user: string) => { readonly owner?: string; readonly group: string };
}

/** An archive belongs to its service user as a whole; of a package only data and logs do, and the configuration stays root's. */
function places(install: EsInstall): readonly Place[] {
  const own = (path: string): Place => ({ path, owners: (user) => ({ owner: user, group: user }) });
  const outside = (path: string) => path !== install.home && !path.startsWith(`${install.home}/`);
  const data = [...install.pathData, install.pathLogs];
  if (install.layout === 'package') {
    return [...data.map(own), { path: install.pathConf, owners: (user) => ({ group: user }) }];
  }
  return [own(install.home), ...[...data, install.pathConf].filter(outside).map(own)];
}

/** The first directory on the way to the node's parts that lets nobody else through. */
function closedParent(install: EsInstall, files: readonly FileFact[]): string | undefined {
  const taken = places(install).map((place) => place.path);
  for (const path of [...taken, install.home]) {
    for (
      let parent = path.slice(0, path.lastIndexOf('/'));
      parent !== '';
      parent = parent.slice(0, parent.lastIndexOf('/'))
    ) {
      if (taken.includes(parent)) continue;
      const file = files.find((one) => one.path === parent);
      if (file && (Number.parseInt(file.mode.slice(-1), 8) & 1) === 0) return parent;
    }
  }
  return undefined;
}
