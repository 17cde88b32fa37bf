import { knownValue } from '../../../domain/fact.ts';
import type { Facts } from '../../../domain/facts.ts';
import {
  configurationFiles,
  hasOwnAccount,
  modeOnly,
  openToOthers,
  wishFor,
} from '../../configuration-files.ts';
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
      const files = configurationFiles(install.value, seen['es-files'].value);
      const wrong = files.filter((file) => wishFor(install.value, file) !== undefined);
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
      const open = wrong.filter((file) => openToOthers(file));
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

function propose(facts: Facts): Proposal {
  const install = installOf(facts);
  const files = knownValue(facts['es-files']);
  if (!install || !files) return factsMissing;
  const wishes = configurationFiles(install, files).flatMap((file) => wishFor(install, file) ?? []);
  const own = hasOwnAccount(facts);
  const entries = own ? wishes : wishes.flatMap((entry) => modeOnly(entry) ?? []);
  if (entries.length === 0)
    return manual(
      'Elasticsearch does not run as an account of its own, so the right owner is not known yet.',
      'First give Elasticsearch its own account (control es-service-user), then assess again.',
    );
  return {
    type: 'changes',
    changes: [{ kind: 'file-mode', entries }],
    steps: [
      `Bulwark will take every right of other accounts away from ${counted(entries.length, 'entry', 'entries')} in ${install.pathConf}.`,
      install.layout === 'package'
        ? `Bulwark will set owner root and group ${install.group} where they differ.`
        : own
          ? `Bulwark will set owner ${install.user} where it differs.`
          : 'Owners stay as they are until Elasticsearch has its own account.',
    ],
    disturbs: 'Nothing restarts. Accounts outside the service group can no longer read the configuration.',
    undo: 'Undo puts owner, group and mode of every entry back.',
  };
}
