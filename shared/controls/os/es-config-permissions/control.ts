import type { ChangeOf } from '../../../domain/change.ts';
import type { EsInstall } from '../../../domain/elasticsearch.ts';
import { knownValue } from '../../../domain/fact.ts';
import type { Facts, FileFact } from '../../../domain/facts.ts';
import { defineControl, type Proposal } from '../../define-control.ts';
import { counted, evidence, failed, judgeNode, listed, passed } from '../../judging.ts';
import { factsMissing, installOf, manual } from '../../proposing.ts';

export default defineControl({
  words: {
    id: 'es-config-permissions',
    area: 'os',
    title: 'Configuration, keystore and certificates are closed to others and rightly owned',
    severity: 'high',
    description:
      'Looks at owner, group and mode of everything below the configuration directory. Packages: root and the service group, nothing for others, the directory with setgid. Archives: the service user, nothing for others.',
    risk: 'Every local account could read the keystore, which without a password is only scrambled, and the private keys beside it. Who can write there can switch security off.',
    references: [
      { title: 'Security files in Elasticsearch', publisher: 'Elastic' },
      { title: 'Secure settings', publisher: 'Elastic' },
    ],
    fix: 'auto',
    blast: 'none',
  },
  evaluate: (facts) =>
    judgeNode(facts, ['es-files'], (install, seen) => {
      const files = judgedFiles(install.value, seen['es-files'].value);
      const wrong = files.filter((file) => wish(install.value, file) !== undefined);
      const raw = wrong.map((file) => `${file.mode} ${file.owner}:${file.group} ${file.path}`).join('\n');
      const what = `owners and modes below ${install.value.pathConf}`;
      if (wrong.length === 0)
        return passed(
          'The configuration is closed to others and belongs to whom it should.',
          evidence(
            seen['es-files'],
            what,
            `${files.length} entries, all as the ${install.value.layout} intends`,
          ),
        );
      const open = wrong.filter((file) => others(file) !== 0);
      const names = listed(wrong.map((file) => file.path.replace(`${install.value.pathConf}/`, '')));
      const summary =
        open.length > 0
          ? `${counted(open.length, 'entry is', 'entries are')} open to every local account: ${listed(open.map((file) => file.path.replace(`${install.value.pathConf}/`, '')))}.`
          : `${counted(wrong.length, 'entry has', 'entries have')} the wrong owner, group or mode: ${names}.`;
      return failed(
        summary,
        evidence(seen['es-files'], what, `${wrong.length} of ${files.length} entries differ`, raw),
      );
    }),
  propose,
});

function judgedFiles(install: EsInstall, files: readonly FileFact[]): readonly FileFact[] {
  const below = (path: string) => path === install.pathConf || path.startsWith(`${install.pathConf}/`);
  const environment = (path: string) =>
    install.layout === 'package' && /^\/etc\/(?:default|sysconfig)\/elasticsearch$/.test(path);
  return files.filter(
    (file) =>
      (file.type === 'file' || file.type === 'directory') && (below(file.path) || environment(file.path)),
  );
}

function others(file: FileFact): number {
  return Number.parseInt(file.mode, 8) & 0o7;
}

type Entry = ChangeOf<'file-mode'>['entries'][number];

/** How the entry should be; `undefined` when it is so already. Only what differs is named. */
function wish(install: EsInstall, file: FileFact): Entry | undefined {
  const package_ = install.layout === 'package';
  const mode = Number.parseInt(file.mode, 8);
  const owner = package_ ? 'root' : install.user;
  const group = install.group;
  let wanted = mode & ~0o007;
  if (package_) {
    wanted |= file.type === 'directory' ? 0o750 : 0o440;
    if (file.path === install.pathConf) wanted |= 0o2000;
  }
  const groupMatters = (wanted & 0o070) !== 0;
  const entry: Entry = {
    path: file.path,
    ...(file.owner === owner ? {} : { owner }),
    ...(file.group === group || !groupMatters ? {} : { group }),
    ...(wanted === mode ? {} : { mode: wanted.toString(8).padStart(3, '0') }),
  };
  return Object.keys(entry).length > 1 ? entry : undefined;
}

function propose(facts: Facts): Proposal {
  const install = installOf(facts);
  const files = knownValue(facts['es-files']);
  if (!install || !files) return factsMissing;
  const account = knownValue(facts['service-account']);
  if (account?.uid === 0)
    return manual(
      'Elasticsearch is run by root, so the right owner is not known yet.',
      'First give Elasticsearch its own account (control es-service-user).',
    );
  const entries = judgedFiles(install, files).flatMap((file) => wish(install, file) ?? []);
  return {
    type: 'changes',
    changes: [{ kind: 'file-mode', entries }],
    steps: [
      `Bulwark will take every right of other accounts away from ${counted(entries.length, 'entry', 'entries')} in ${install.pathConf}.`,
      install.layout === 'package'
        ? `Bulwark will set owner root and group ${install.group} where they differ.`
        : `Bulwark will set owner ${install.user} where it differs.`,
    ],
    disturbs: 'Nothing restarts. Accounts outside the service group can no longer read the configuration.',
    undo: 'Undo puts owner, group and mode of every entry back.',
  };
}
