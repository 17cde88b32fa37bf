import { encryptedVolumeMigrationChangeSchema } from '../../../domain/changes/volume.ts';
import type { EsInstall } from '../../../domain/elasticsearch.ts';
import { knownValue } from '../../../domain/fact.ts';
import { defineControl, type Proposal } from '../../define-control.ts';
import { evidence, failed, judgeNode, listed, passed, undecided } from '../../judging.ts';
import { factsMissing, installOf, manual, noUnit } from '../../proposing.ts';

export default defineControl({
  words: {
    id: 'es-data-encrypted',
    area: 'os',
    title: 'Every data path lies on encrypted storage',
    severity: 'high',
    description:
      'Follows every path.data to its mount and down to the disk, and looks for dm-crypt (LUKS), ZFS native encryption or fscrypt on the way. Encryption by a storage array or a provider cannot be seen from a host.',
    risk: 'A disk that is replaced, stolen or sold, or a copied volume, gives every document away. Passwords and TLS of the node do not protect what lies on the disk.',
    references: [
      { title: 'Security overview: encryption at rest', publisher: 'Elastic' },
      { title: 'Secure Elastic Cloud Enterprise: encrypt the hosts', publisher: 'Elastic' },
    ],
    fix: 'guided',
    blast: 'rolling',
  },
  evaluate: (facts) =>
    judgeNode(facts, ['storage'], (install, seen) => {
      const storage = install.value.pathData.map((path) => ({
        path,
        found: seen.storage.value.find((one) => one.path === path),
      }));
      const shown = storage.map(({ path, found }) =>
        evidence(
          seen.storage,
          `storage of ${path}`,
          found
            ? `${found.source || 'unknown device'} (${found.fileSystem || 'unknown'}) on ${found.mount || '?'}: ${found.detail}`
            : 'not there yet',
        ),
      );
      const open = storage.filter(({ found }) => found?.encryption === 'none');
      if (open.length > 0)
        return failed(
          `Without encryption lies the storage of ${listed(open.map(({ path }) => path))}.`,
          ...shown,
        );
      const unclear = storage.filter(
        ({ found }) => found === undefined || found.encryption === 'undecidable',
      );
      const [first] = unclear;
      if (first) {
        const reason = first.found ? first.found.detail : 'the directory does not exist yet';
        const remedy = first.found
          ? 'Record how the storage below is encrypted, or look on the outer machine.'
          : 'Start Elasticsearch once, then assess again.';
        return undecided(
          `Whether ${first.path} lies on encrypted storage could not be told: ${reason}. ${remedy}`,
          ...shown,
        );
      }
      return passed('Every data path lies on encrypted storage.', ...shown);
    }),
  propose: (facts, choices) => {
    const install = installOf(facts);
    const storage = knownValue(facts.storage);
    if (install === undefined || storage === undefined) return factsMissing;
    const open = storage.filter((one) => one.encryption === 'none' && install.pathData.includes(one.path));
    const [place] = open;
    if (place === undefined) return factsMissing;
    const unit = install.unit;
    if (unit === undefined) return noUnit('move its data');
    if (open.length > 1) return byHand(install, 'Several data paths lie on plain disks; Bulwark moves one.');
    if (place.mount === place.path)
      return byHand(install, `${place.path} is a mount point of its own, which Bulwark does not move yet.`);
    const more = {
      steps: [
        `Format the device that you choose as an encrypted volume (LUKS2); its passphrase is kept in the vault.`,
        `Stop ${unit}, copy ${place.path} to the volume, compare every file, mount the volume in the old place and start ${unit}. The host does this by itself and puts everything back if anything fails.`,
        `Keep the old data beside the new until you confirm its removal.`,
      ],
      disturbs: `${unit} is down while its data is copied and compared: about a minute for every 2 GiB on an ordinary disk. In a cluster: one node at a time, and wait for green between them.`,
      undo: 'Undo copies what is there by then back to the plain disk, with the same comparison. The device stays formatted and closed.',
    };
    const change = encryptedVolumeMigrationChangeSchema.safeParse({
      kind: 'encrypted-volume-migration',
      path: place.path,
      device: choices['dataDevice']?.trim(),
      unit,
      install,
      fileSystem: 'ext4',
      unlock: choices['dataUnlock']?.trim() ?? 'key-file',
      keyRef: `es/volume${place.path}`,
    });
    return change.success
      ? { type: 'changes', changes: [change.data], ...more }
      : { type: 'choices', choices: questions, ...more };
  },
});

const questions = [
  {
    name: 'dataDevice',
    label: 'Empty device',
    hint: 'A disk or partition of this host that holds nothing (lsblk --fs shows them), e.g. /dev/sdb. It is formatted. A device that is not empty, too small or in use is refused.',
    type: 'text',
    suggested: '',
  },
  {
    name: 'dataUnlock',
    label: 'Key at boot',
    hint: 'key-file: a key on the root disk that only root reads; it protects a disk that leaves the host alone, not the whole host. passphrase: somebody types it after every start, and Elasticsearch waits until then.',
    type: 'text',
    suggested: 'key-file',
  },
] as const;

function byHand(install: EsInstall, reason: string): Proposal {
  return manual(
    reason,
    'Make a LUKS volume on an empty device (cryptsetup luksFormat, cryptsetup open, mkfs) and mount it in a new place.',
    `Stop Elasticsearch, copy ${install.pathData.join(', ')} there with owners and modes, mount the volume in the old place, start Elasticsearch.`,
    'Enter the volume in /etc/crypttab and /etc/fstab, and decide where its key is kept at boot.',
    'In a cluster: one node at a time, and wait for green between them.',
  );
}
