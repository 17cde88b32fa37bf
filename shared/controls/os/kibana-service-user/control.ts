import type { Change } from '../../../domain/change.ts';
import { knownValue } from '../../../domain/fact.ts';
import type { Facts, FileFact } from '../../../domain/facts.ts';
import type { KibanaFact, KibanaUser } from '../../../domain/kibana.ts';
import { isLoginShell } from '../../../text/accounts.ts';
import { type Choices, defineControl, type Proposal } from '../../define-control.ts';
import { evidence, failed, passed, undecided } from '../../judging.ts';
import { judgeKibana, judgePart } from '../../kibana-judging.ts';
import { restartWords } from '../../kibana-proposing.ts';
import { factsMissing, installOf, manual } from '../../proposing.ts';
import { whyNotDedicated } from '../../service-account.ts';

export default defineControl({
  words: {
    id: 'kibana-service-user',
    area: 'os',
    title: 'Kibana runs as a dedicated non-root user',
    severity: 'high',
    description:
      'Looks at the account of Kibana’s main process, or at the account its systemd unit names when it does not run, and whether a person, Elasticsearch or another service uses that account too.',
    risk: 'Kibana answers browsers and parses what they send. Who breaks into it gets everything that its account may do: as root the host, as elasticsearch the data.',
    references: [
      { title: 'Elasticsearch security principles', publisher: 'Elastic' },
      { title: 'Install Kibana from an archive', publisher: 'Elastic' },
    ],
    fix: 'guided',
    blast: 'restart',
  },
  evaluate: (facts) =>
    judgeKibana(facts, ({ value: kibana }) =>
      judgePart(kibana.user, (user) => {
        const { value: account } = user;
        const runs = kibana.running ? 'it runs' : `its unit ${kibana.unit ?? ''} starts it`;
        const seen = [
          evidence(
            user,
            kibana.running ? 'user of the process' : 'User= of the unit',
            `${account.name} (uid ${account.uid})`,
          ),
          evidence(user, `account ${account.name}`, `shell ${account.shell}, password ${account.password}`),
        ];
        const reason = whyNot(account, installOf(facts)?.user);
        if (reason === 'unclear')
          return undecided(
            `Whether somebody logs in as ${account.name}, the account that runs Kibana, can be read by root only. Let Bulwark log in as root or use sudo, then assess again.`,
            ...seen,
          );
        return reason === undefined
          ? passed(`Kibana has its own account: ${runs} as ${account.name}.`, ...seen)
          : failed(`Kibana shares an account: ${runs} as ${account.name}, ${reason}.`, ...seen);
      }),
    ),
  propose,
});

/** To follow "as x, …"; undefined when the account is Kibana's own. */
function whyNot(account: KibanaUser, elasticsearch: string | undefined): string | undefined {
  if (account.uid === 0) return 'which is root';
  if (account.name === elasticsearch || account.name === 'elasticsearch')
    return 'which runs Elasticsearch too';
  const login = isLoginShell(account.shell);
  if (login && (account.password === 'set' || account.password === 'empty'))
    return 'with which somebody can log in';
  if (account.name.startsWith('kibana')) return undefined;
  if (login && account.password === 'unknown') return 'unclear';
  return whyNotDedicated({ ...account, gid: -1, groups: [], authorizedKeys: [], sudoRules: [] });
}

const accountName = /^[a-z_][a-z0-9_-]{0,30}$/;

function propose(facts: Facts, choices: Choices): Proposal {
  const kibana = knownValue(facts.kibana);
  const account = kibana ? knownValue(kibana.user) : undefined;
  if (!kibana || !account) return factsMissing;
  if (kibana.unit === undefined)
    return manual(
      'No systemd unit starts this Kibana, so Bulwark cannot give it another account and be sure that it comes back.',
      'Create a system account, give it Kibana’s directories, and start Kibana as this account from a systemd unit.',
    );
  if (kibana.home === account.home || (account.uid !== 0 && kibana.home.startsWith(`${account.home}/`)))
    return manual(
      `Kibana lies in the home directory of ${account.name}, together with other things of theirs.`,
      'Install Kibana in a directory of its own, for example below /opt, then assess again.',
    );
  const data = (knownValue(kibana.settings)?.settings ?? []).filter(({ key }) =>
    /^(?:path\.data|logging\.dest|pid\.file)$/.test(key),
  );
  if (
    data.some(({ values }) =>
      values.some((value) => !value.startsWith(`${kibana.home}/`) && !usual.test(value)),
    )
  )
    return manual(
      'kibana.yml names directories elsewhere (path.data, logging.dest or pid.file), whose owner Bulwark does not change.',
      `Create a system account, give it these places and Kibana’s own, add User= and Group= to ${kibana.unit} by a drop-in, and restart it.`,
    );
  const known = packageAccount(kibana, account);
  const user = known ?? choices['kibanaUser']?.trim() ?? '';
  const valid = accountName.test(user) && user !== account.name && user !== installOf(facts)?.user;
  const shown = valid ? user : 'the account that you choose';
  const taken = places(kibana, knownValue(kibana.files) ?? []).map(({ path }) => path);
  const more = {
    steps: [
      known === undefined
        ? `Bulwark will create the system account and group ${shown}, without login, password and home directory.`
        : `Bulwark will use the account ${known}, which the package made for Kibana.`,
      `Bulwark will give it ${taken.join(', ')} and everything below.`,
      `Bulwark will add a drop-in to ${kibana.unit} that runs Kibana as ${shown}, and restart it.`,
    ],
    disturbs: `${restartWords(kibana)} Files elsewhere that only ${account.name} may read, such as private keys, can no longer be read by Kibana.`,
    undo: 'Undo gives every file back to its owner of before, removes the drop-in and what was made for it, and restarts Kibana.',
  };
  if (!valid)
    return {
      type: 'choices',
      choices: [
        {
          name: 'kibanaUser',
          label: 'Account for Kibana',
          hint: `A new system account for Kibana alone; not ${account.name}.`,
          type: 'text',
          suggested: account.name === 'kibana' ? 'kibana-svc' : 'kibana',
        },
      ],
      ...more,
    };
  return { type: 'changes', changes: changesFor(kibana, kibana.unit, user, known === undefined), ...more };
}

/** The package makes an account of the name of its directory's group. */
function packageAccount(kibana: KibanaFact, account: KibanaUser): string | undefined {
  const folder = knownValue(kibana.files)?.find(({ path }) => path === kibana.pathConf);
  const group = folder?.group ?? '';
  return kibana.layout === 'package' && group.startsWith('kibana') && group !== account.name
    ? group
    : undefined;
}

const usual = /^\/(?:var\/lib|var\/log|run)\/kibana(?:\/|$)/;

function changesFor(kibana: KibanaFact, unit: string, user: string, create: boolean): readonly Change[] {
  return [
    ...(create
      ? [
          {
            kind: 'account' as const,
            user,
            action: {
              do: 'create-system' as const,
              group: user,
              shell: '/usr/sbin/nologin',
              home: '/nonexistent',
            },
          },
        ]
      : []),
    {
      kind: 'file-mode',
      entries: places(kibana, knownValue(kibana.files) ?? []).map(({ path, own }) => {
        const owners = own ? { owner: user, group: user } : { group: user };
        return { path, ...owners, below: owners };
      }),
    },
    {
      kind: 'systemd-dropin',
      unit,
      name: 'bulwark-user.conf',
      content: `[Service]\nUser=${user}\nGroup=${user}\n`,
    },
    { kind: 'service-restart', unit, rehearse: false },
  ];
}

interface Place {
  readonly path: string;
  readonly own: boolean;
}

/** An archive belongs to its account as a whole; of a package only data and logs do, and the configuration stays root's. */
function places({ layout, home, pathConf }: KibanaFact, files: readonly FileFact[]): readonly Place[] {
  if (layout === 'package') {
    const own = ['/var/lib/kibana', '/var/log/kibana'].filter((path) =>
      files.some((file) => file.path === path),
    );
    return [...own.map((path) => ({ path, own: true })), { path: pathConf, own: false }];
  }
  const outside = pathConf !== home && !pathConf.startsWith(`${home}/`);
  return [{ path: home, own: true }, ...(outside ? [{ path: pathConf, own: true }] : [])];
}
