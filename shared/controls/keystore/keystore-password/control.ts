import type { EsInstall } from '../../../domain/elasticsearch.ts';
import type { FileFact } from '../../../domain/facts.ts';
import { defineControl } from '../../define-control.ts';
import { evidence, failed, judgeNode, notApplicable, passed, undecided } from '../../judging.ts';
import { installOf, manual } from '../../proposing.ts';

export default defineControl({
  words: {
    id: 'keystore-password',
    area: 'keystore',
    title: 'A protected keystore opens at a start without anybody at the keyboard',
    severity: 'low',
    description:
      'Reads in the header of the keystore whether a password protects it, and in the unit how the node gets that password at its start. Only the strict profile asks for a password: it lies on the same host, so it keeps out who has a copy of the keystore and nothing else.',
    risk: 'A node that waits for a password does not come back after a restart. Without a password a copied keystore shows every secret in it.',
    references: [
      { title: 'elasticsearch-keystore', publisher: 'Elastic' },
      { title: 'Running Elasticsearch with systemd', publisher: 'Elastic' },
    ],
    fix: 'guided',
    blast: 'restart',
  },
  evaluate: (facts) =>
    judgeNode(facts, ['keystore'], (install, seen) => {
      const keystore = seen.keystore.value;
      if (!keystore.exists)
        return notApplicable(
          'There is no keystore; control keystore-present asks for one.',
          evidence(seen.keystore, keystore.path, 'not there'),
        );
      const shown = [
        evidence(
          seen.keystore,
          'protection',
          keystore.passwordProtected === undefined
            ? 'not known'
            : keystore.passwordProtected
              ? 'by a password'
              : 'no password',
        ),
      ];
      if (keystore.passwordProtected === undefined)
        return undecided(
          'The keystore is damaged, so whether a password protects it is not known. Restore it, then assess again.',
          ...shown,
        );
      if (!keystore.passwordProtected)
        return notApplicable(
          'No password protects the keystore, so none is needed at a start. Only the strict profile asks for one.',
          ...shown,
        );
      const { unattended } = keystore;
      if (unattended === undefined)
        return undecided(
          'No systemd unit starts this node, so how it gets the password at its start is not known. Start it once without a terminal to find out.',
          ...shown,
        );
      const how = evidence(
        seen.keystore,
        'password at a start',
        {
          'passphrase-file': `from ${unattended.path ?? ''}`,
          'input-file': `on standard input, from ${unattended.path ?? 'a file of another name than the unit tells'}`,
          'input-data': 'on standard input, out of the unit itself',
          descriptor: 'on standard input, from another unit',
          'other-program': 'not known: the unit starts a program of its own',
          nothing: 'the unit names none',
        }[unattended.by],
      );
      if (unattended.by === 'other-program')
        return undecided(
          'The unit starts a program of its own, so whether that hands the password over is not known. Start the node once without a terminal to find out.',
          ...shown,
          how,
        );
      if (unattended.by === 'nothing')
        return failed(
          'The keystore has a password and the unit hands none over: a start fails, after a reboot at the latest.',
          ...shown,
          how,
        );
      if (unattended.by === 'input-data')
        return failed(
          'The password of the keystore stands in the unit, which every local account can read (systemctl show).',
          ...shown,
          how,
        );
      if (unattended.by === 'descriptor' || unattended.path === undefined)
        return undecided(
          'From where standard input comes is not told by the unit, so whether the password is there is not known. Start the node once without a terminal to find out.',
          ...shown,
          how,
        );
      // The start script of a package runs as the service account; what comes on standard input is opened by systemd.
      const reader = unattended.by === 'input-file' ? undefined : install.value;
      const problem = problemOf(reader, unattended.file);
      const file = evidence(
        seen.keystore,
        unattended.path,
        unattended.file === undefined
          ? 'not there'
          : `${unattended.file.mode} ${unattended.file.owner}:${unattended.file.group}`,
      );
      return problem === undefined
        ? passed(
            'The unit hands the password over out of a file that others cannot read.',
            ...shown,
            how,
            file,
          )
        : failed(`The file with the password of the keystore ${problem}.`, ...shown, how, file);
    }),
  propose: (facts) => {
    const install = installOf(facts);
    return manual(
      'The password of the keystore is known to you alone.',
      install?.layout === 'package'
        ? 'Write it into a file of its own (one line), owned by the service account, mode 400, and name that file as ES_KEYSTORE_PASSPHRASE_FILE in the environment of the unit.'
        : 'Write it into a file of its own (one line), owned by root, mode 400, and give it to the unit with StandardInput=file:/path.',
      'Or take the password away: bin/elasticsearch-keystore passwd, and an empty new one.',
      'Restart the node once while you can be at it.',
    );
  },
});

/** @param reader whose service account reads the file; undefined: root does */
function problemOf(reader: EsInstall | undefined, file: FileFact | undefined): string | undefined {
  if (file === undefined) return 'is not there: the next start fails';
  const mode = Number.parseInt(file.mode, 8);
  if ((mode & 0o007) !== 0) return 'is open to every local account';
  const readable =
    reader === undefined ||
    reader.user === 'root' ||
    (file.owner === reader.user && (mode & 0o400) !== 0) ||
    (file.group === reader.group && (mode & 0o040) !== 0);
  if (!readable) return `cannot be read by ${reader.user}: the next start fails`;
  return undefined;
}
