import type { EsInstall } from '../../../domain/elasticsearch.ts';
import { knownValue } from '../../../domain/fact.ts';
import type { KeystoreFact } from '../../../domain/facts.ts';
import { currentKeystoreFormat } from '../../../text/keystore-header.ts';
import { hasOwnAccount, modeOnly, wishFor } from '../../configuration-files.ts';
import { defineControl } from '../../define-control.ts';
import { evidence, failed, judgeNode, listed, passed } from '../../judging.ts';
import { factsMissing, installOf, manual } from '../../proposing.ts';
import { proposeSecuring, readiness } from '../../securing.ts';

export default defineControl({
  words: {
    id: 'keystore-present',
    area: 'keystore',
    title: 'The keystore exists in the current format, readable by the service user only',
    severity: 'high',
    description:
      'Reads the first 32 bytes of elasticsearch.keystore (format and protection), its owner, group and mode. Its contents are not read.',
    risk: 'A keystore without a password is only scrambled: who can read the file has every secret in it. Without a keystore secrets end up in clear text.',
    references: [{ title: 'Secure settings', publisher: 'Elastic' }],
    fix: 'auto',
    blast: 'none',
  },
  evaluate: (facts) =>
    judgeNode(facts, ['keystore'], (install, seen) => {
      const keystore = seen.keystore.value;
      const { file } = keystore;
      if (!keystore.exists || !file)
        return failed('There is no keystore.', evidence(seen.keystore, keystore.path, 'not there'));
      const problems = problemsOf(install.value, keystore);
      const shown = [
        evidence(seen.keystore, 'owner and mode', `${file.mode} ${file.owner}:${file.group}`),
        evidence(
          seen.keystore,
          'format',
          keystore.formatVersion === undefined
            ? 'not a keystore'
            : `${keystore.formatVersion}${keystore.passwordProtected ? ', protected by a password' : ''}`,
        ),
      ];
      return problems.length === 0
        ? passed('The keystore is there, current, and closed to others.', ...shown)
        : failed(`The keystore ${listed(problems)}.`, ...shown);
    }),
  propose: (facts, choices) => {
    const install = installOf(facts);
    const keystore = knownValue(facts.keystore);
    if (!install || !keystore) return factsMissing;
    const open = knownValue(facts['node-answers'])?.securityEnabled !== true;
    if (open && !('type' in readiness(facts))) return proposeSecuring(facts, choices, 'keystore-present');
    if (keystore.exists && keystore.formatVersion === undefined)
      return manual(
        `${keystore.path} is not a keystore, or it is damaged. Nothing was changed.`,
        'Restore it from a backup together with elasticsearch.yml of the same time.',
      );
    const formatOld =
      !keystore.exists || (keystore.formatVersion ?? 0) < currentKeystoreFormat(install.version);
    if (formatOld && keystore.passwordProtected)
      return manual(
        'The keystore is protected by a password that Bulwark does not have.',
        'Run bin/elasticsearch-keystore upgrade and enter the password.',
      );
    if (formatOld) {
      return {
        type: 'changes',
        changes: [{ kind: 'keystore-entry', install, set: [], remove: [], ensure: true }],
        steps: [
          keystore.exists
            ? 'Bulwark will bring the keystore to the current format and put its owner and mode right.'
            : 'Bulwark will create an empty keystore with the right owner and mode.',
        ],
        disturbs: 'Nothing restarts. The running node does not notice.',
        undo: 'Undo restores the keystore of before, byte for byte.',
      };
    }
    const wish = keystore.file ? wishFor(install, keystore.file) : undefined;
    const entry = wish && (hasOwnAccount(facts) ? wish : modeOnly(wish));
    if (!entry)
      return manual(
        'Elasticsearch does not run as an account of its own, so the right owner is not known yet.',
        'First give Elasticsearch its own account (control es-service-user), then assess again.',
      );
    return {
      type: 'changes',
      changes: [{ kind: 'file-mode', entries: [entry] }],
      steps: [
        `Bulwark will close ${keystore.path} to other accounts${entry.owner || entry.group ? ' and put its owner and group right' : ''}.`,
      ],
      disturbs: 'Nothing restarts. Accounts outside the service group can no longer read the keystore.',
      undo: 'Undo puts owner, group and mode back.',
    };
  },
});

function problemsOf(install: EsInstall, { file, formatVersion }: KeystoreFact): readonly string[] {
  if (!file) return [];
  const mode = Number.parseInt(file.mode, 8);
  const owner = install.layout === 'package' ? 'root' : install.user;
  const current = currentKeystoreFormat(install.version);
  return [
    ...((mode & 0o007) === 0 ? [] : ['is open to every local account']),
    ...(file.owner === owner ? [] : [`belongs to ${file.owner} instead of ${owner}`]),
    ...(file.group === install.group || (mode & 0o070) === 0 ? [] : [`is open to the group ${file.group}`]),
    ...(formatVersion === undefined
      ? ['is damaged']
      : formatVersion < current
        ? [`has format ${formatVersion}, and ${install.version} writes ${current}`]
        : []),
  ];
}
