import { defineControl } from '../../define-control.ts';
import { evidence, failed, judgeNode, listed, passed, undecided } from '../../judging.ts';
import { manual } from '../../proposing.ts';

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
    fix: 'manual',
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
  propose: (facts) => {
    const install = facts['es-install']?.status === 'known' ? facts['es-install'].value : undefined;
    return manual(
      'Data has to move to a new encrypted volume, which needs an empty device and a longer outage. Bulwark does not do this yet.',
      'Make a LUKS volume on an empty device (cryptsetup luksFormat, cryptsetup open, mkfs) and mount it in a new place.',
      `Stop Elasticsearch, copy ${install?.pathData.join(', ') ?? 'the data paths'} there with owners and modes, mount the volume in the old place, start Elasticsearch.`,
      'Enter the volume in /etc/crypttab and /etc/fstab, and decide where its key is kept at boot.',
      'In a cluster: one node at a time, and wait for green between them.',
    );
  },
});
