import { encryptedVolumeMigrationChangeSchema } from '../../../domain/changes/volume.ts';
import type { EsInstall } from '../../../domain/elasticsearch.ts';
import { knownValue } from '../../../domain/fact.ts';
import type { StorageFact } from '../../../domain/facts.ts';
import { defineControl, type Proposal } from '../../define-control.ts';
import { evidence, failed, judgeNode, listed, passed, undecided } from '../../judging.ts';
import { factsMissing, installOf, manual, noUnit } from '../../proposing.ts';
import { questions } from './questions.ts';

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
    if (open.length > 1) return byHand(install, several);
    if (place.mount === place.path) return byMount(place, unit);
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
      : { type: 'choices', choices: questions(facts, place.path), ...more };
  },
});

const several =
  'Several data paths lie on plain disks. Bulwark moves one directory onto one device, because each needs a device of its own.';

function byHand(install: EsInstall, reason: string): Proposal {
  return manual(
    reason,
    'Make a LUKS volume on an empty device (cryptsetup luksFormat, cryptsetup open, mkfs) and mount it in a new place.',
    `Stop Elasticsearch, copy ${install.pathData.join(', ')} there with owners and modes, mount the volume in the old place, start Elasticsearch.`,
    'Enter the volume in /etc/crypttab and /etc/fstab, and decide where its key is kept at boot.',
    'In a cluster: one node at a time, and wait for green between them.',
  );
}

/** A mount point cannot be renamed (rename(2): EBUSY), so the old data cannot be set aside in one step and put back in one. */
function byMount(place: StorageFact, unit: string): Proposal {
  const { path, source } = place;
  return manual(
    `${path} is a mount point of its own (${source || 'unknown device'}). Bulwark sets the old directory aside by renaming it, so that it can put it back at any moment; a mount point cannot be renamed.`,
    'Make a LUKS volume on another, empty device (cryptsetup luksFormat --type luks2, cryptsetup open), a file system on it (mkfs), and mount it in a new place, e.g. /mnt/encrypted. Keep its passphrase where you keep secrets.',
    `Stop ${unit}. Copy everything that the files have (cp -a ${path}/. /mnt/encrypted/) and compare (diff -r --no-dereference ${path} /mnt/encrypted prints at most lost+found).`,
    `In /etc/fstab put a # before the line of ${path} and write one below it for the volume, by the UUID of its file system, with the option nofail. Enter the volume in /etc/crypttab: the place of its key, or none for a passphrase at boot.`,
    `Make ${unit} wait for it (systemctl edit ${unit}: RequiresMountsFor=${path} below [Unit]), so that it never begins with an empty directory.`,
    `umount /mnt/encrypted ${path}, systemctl daemon-reload, mount ${path}, start ${unit}, assess again. Restart the host once in a quiet hour, to see that the volume opens.`,
    `Until you wipe it, the old data stays on ${source || 'the old device'}, without encryption. The way back: stop ${unit}, umount ${path}, take your line out of /etc/fstab and the # away, systemctl daemon-reload, mount ${path}, start ${unit}.`,
    'In a cluster: one node at a time, and wait for green between them.',
  );
}
