import type { ChangeOf } from '../../../domain/change.ts';
import { knownValue } from '../../../domain/fact.ts';
import type { Facts, FileFact } from '../../../domain/facts.ts';
import type { KibanaFact } from '../../../domain/kibana.ts';
import { openToOthers } from '../../configuration-files.ts';
import { defineControl, type Proposal } from '../../define-control.ts';
import { counted, evidence, failed, listed, passed } from '../../judging.ts';
import { judgeKibana, judgePart } from '../../kibana-judging.ts';
import { factsMissing, manual } from '../../proposing.ts';

type Entry = ChangeOf<'file-mode'>['entries'][number];

export default defineControl({
  words: {
    id: 'kibana-config-permissions',
    area: 'os',
    title: 'The configuration, keystore and keys of Kibana are closed to others',
    severity: 'high',
    description:
      'Looks at owner, group and mode of everything below Kibana’s configuration directory, and of the keys and stores that kibana.yml names elsewhere. Packages: root and Kibana’s group. Archives: Kibana’s account. Nothing for others.',
    risk: 'Every local account could read the keystore, which without a password is only scrambled, and the private keys beside it. Who can write there decides to whom Kibana sends logins.',
    references: [
      { title: 'Secure settings of Kibana', publisher: 'Elastic' },
      { title: 'Install Kibana with the Debian package', publisher: 'Elastic' },
    ],
    fix: 'auto',
    blast: 'none',
  },
  evaluate: (facts) =>
    judgeKibana(facts, ({ value: kibana }) =>
      judgePart(kibana.files, (files) =>
        judgePart(kibana.user, ({ value: user }) => {
          const judged = judgedFiles(kibana, files.value);
          const wrong = judged.filter((file) => wishFor(kibana, user.group, file) !== undefined);
          const raw = wrong.map((file) => `${file.mode} ${file.owner}:${file.group} ${file.path}`).join('\n');
          const what = `owners and modes below ${kibana.pathConf}`;
          if (wrong.length === 0)
            return passed(
              'Kibana’s configuration is closed to others and belongs to whom it should.',
              evidence(files, what, `${judged.length} entries, all as the ${kibana.layout} intends`),
            );
          const open = wrong.filter(openToOthers);
          const named = (some: readonly FileFact[]) =>
            listed(some.map(({ path }) => path.replace(`${kibana.pathConf}/`, '')));
          return failed(
            open.length > 0
              ? `${counted(open.length, 'entry is', 'entries are')} open to every local account: ${named(open)}.`
              : `${counted(wrong.length, 'entry has', 'entries have')} the wrong owner, group or mode: ${named(wrong)}.`,
            evidence(files, what, `${wrong.length} of ${judged.length} entries differ`, raw),
          );
        }),
      ),
    ),
  propose,
});

/** Private keys and stores by the names that kibana.yml gives them; certificates are public. */
const secretPath = /\.ssl\.(?:key|keystore\.path|truststore\.path)$/;

function judgedFiles(kibana: KibanaFact, files: readonly FileFact[]): readonly FileFact[] {
  const named = new Set(
    (knownValue(kibana.settings)?.settings ?? [])
      .filter(({ key }) => secretPath.test(key))
      .flatMap(({ values }) => values),
  );
  // Links are not judged: what they point to is.
  return files.filter(
    (file) =>
      (file.type === 'file' || file.type === 'directory') &&
      (isBelow(kibana, file.path) || named.has(file.path)),
  );
}

function isBelow({ pathConf }: KibanaFact, path: string): boolean {
  return path === pathConf || path.startsWith(`${pathConf}/`);
}

/** How the entry should be; `undefined` when it is so already. Only what differs is named. */
function wishFor(kibana: KibanaFact, group: string, file: FileFact): Entry | undefined {
  const mode = Number.parseInt(file.mode, 8);
  const below = isBelow(kibana, file.path);
  const package_ = kibana.layout === 'package' && below;
  const user = knownValue(kibana.user)?.name;
  const owner = package_ ? 'root' : user;
  let wanted = mode & ~0o007;
  if (package_) {
    wanted |= file.type === 'directory' ? 0o750 : 0o440;
    if (file.path === kibana.pathConf) wanted |= 0o2000;
  }
  // A key elsewhere may be there for others as well: only everybody's rights are taken away.
  const groupMatters = below && (wanted & 0o070) !== 0;
  const ownerMatters = below && owner !== undefined && file.owner !== owner;
  // What Kibana made itself in a directory of root's belongs to it rightly.
  const rightly = package_ && file.owner === user && file.type === 'file';
  const entry: Entry = {
    path: file.path,
    ...(ownerMatters && !rightly ? { owner } : {}),
    ...(groupMatters && file.group !== group ? { group } : {}),
    ...(wanted === mode ? {} : { mode: wanted.toString(8).padStart(3, '0') }),
  };
  return Object.keys(entry).length > 1 ? entry : undefined;
}

function propose(facts: Facts): Proposal {
  const kibana = knownValue(facts.kibana);
  const files = kibana ? knownValue(kibana.files) : undefined;
  const user = kibana ? knownValue(kibana.user) : undefined;
  if (!kibana || !files || !user) return factsMissing;
  const wishes = judgedFiles(kibana, files).flatMap((file) => wishFor(kibana, user.group, file) ?? []);
  // While root or a person runs Kibana owners stay as they are: they change with the account.
  const own = user.uid !== 0 && (user.uid < 1000 || user.name.startsWith('kibana'));
  const entries = own
    ? wishes
    : wishes.flatMap(({ path, mode }) => (mode === undefined ? [] : [{ path, mode }]));
  if (entries.length === 0)
    return manual(
      'Kibana does not run as an account of its own, so the right owner is not known yet.',
      'First give Kibana its own account (control kibana-service-user), then assess again.',
    );
  return {
    type: 'changes',
    changes: [{ kind: 'file-mode', entries }],
    steps: [
      `Bulwark will take every right of other accounts away from ${counted(entries.length, 'entry', 'entries')} of Kibana’s configuration.`,
      own
        ? `Bulwark will set owner and group (${kibana.layout === 'package' ? `root:${user.group}` : `${user.name}:${user.group}`}) where they differ.`
        : 'Owners stay as they are until Kibana has its own account.',
    ],
    disturbs: 'Nothing restarts. Accounts outside Kibana’s group can no longer read its configuration.',
    undo: 'Undo puts owner, group and mode of every entry back.',
  };
}
