/** On what the directories lie, and whether that is encrypted. In a container the kernel shows the outer machine's disks, so nothing is decided there. */
import type { StorageFact } from '../../domain/facts.ts';
import type { FactSource } from '../../engine/fact-source.ts';
import { type BlockDevice, isEncrypted, mountOf, parseBlockDevices, parseMounts } from '../../text/mounts.ts';
import { eachBlockDevice } from '../each-block-device.ts';
import { isContainer } from '../host-system/source.ts';
import { body, known, needsElasticsearch, readSections } from '../parse.ts';

export const storage: FactSource<'storage', readonly StorageFact[]> = {
  id: 'storage',
  deadlineSeconds: 8,
  maxBytes: 524_288,
  probe: String.raw`${needsElasticsearch}
${eachBlockDevice}  for slave in "$place"/slaves/*; do [ -e "$slave" ] && below="$below,${'$'}{slave##*/}"; done
  printf '%s|%s|%s|%s|%s\n' "${'$'}{place##*/}" "$number" "$uuid" "$name" "${'$'}{below#,}"
done | plain
section zfs; command -v zfs >/dev/null 2>&1 && zfs list -H -o name,encryption
describe() {
  section directory "$1"
  echo "real=$(readlink -f "$1")"
  case $(lsattr -d "$1" | cut -d ' ' -f 1) in *E*) echo fscrypt=yes ;; esac
}
each_dir describe
exit 0
`,
  parse: (frame, context) =>
    readSections(frame, 'storage', context, (sections) => {
      const virtualization = body(sections, 'virt').trim();
      const mounts = parseMounts(body(sections, 'mounts'));
      const devices = parseBlockDevices(body(sections, 'devices'));
      const zfs = new Map(
        body(sections, 'zfs')
          .split('\n')
          .map((line) => [line.split('\t')[0] ?? '', line.split('\t')[1] ?? '']),
      );
      const facts = sections
        .filter((section) => section.name === 'directory')
        .map((section): StorageFact => {
          const real = /^real=(\/.*)$/m.exec(section.body)?.[1] ?? section.rest;
          const mount = mountOf(mounts, real);
          const place = {
            path: section.rest,
            mount: mount?.point ?? '',
            source: mount?.source ?? '',
            fileSystem: mount?.type ?? '',
          };
          const own = /^fscrypt=yes$/m.test(section.body);
          return {
            ...place,
            ...judge({
              virtualization,
              own,
              zfs,
              devices,
              fileSystem: place.fileSystem,
              source: place.source,
              number: mount?.device ?? '',
            }),
          };
        });
      return known(facts, 'mount table and block devices', context);
    }),
};

interface Clues {
  readonly virtualization: string;
  readonly own: boolean;
  readonly zfs: ReadonlyMap<string, string>;
  readonly devices: readonly BlockDevice[];
  readonly fileSystem: string;
  readonly source: string;
  readonly number: string;
}

function judge(clues: Clues): Pick<StorageFact, 'encryption' | 'detail'> {
  if (isContainer(clues.virtualization))
    return { encryption: 'undecidable', detail: `not decidable in a container (${clues.virtualization})` };
  if (clues.own)
    return { encryption: 'fscrypt', detail: 'the directory is encrypted by its file system (fscrypt)' };
  if (clues.fileSystem === 'zfs') {
    const value = clues.zfs.get(clues.source);
    if (value === undefined || value === '-')
      return { encryption: 'undecidable', detail: `the encryption of ${clues.source} could not be read` };
    return value === 'off'
      ? { encryption: 'none', detail: `${clues.source} has encryption=off` }
      : { encryption: 'zfs', detail: `${clues.source} has encryption=${value}` };
  }
  if (/^(?:nfs4?|cifs|smb3|ceph|glusterfs|9p|virtiofs|fuse\..+|overlay)$/.test(clues.fileSystem))
    return { encryption: 'undecidable', detail: `${clues.fileSystem} hides what the data lies on` };
  if (/^(?:tmpfs|ramfs)$/.test(clues.fileSystem))
    return { encryption: 'none', detail: 'the directory lies in memory, which may be swapped out' };
  const device =
    clues.devices.find((one) => one.number === clues.number) ??
    clues.devices.find(
      (one) =>
        clues.source === `/dev/${one.name}` ||
        (one.label !== '' && clues.source === `/dev/mapper/${one.label}`),
    );
  if (!device) return { encryption: 'undecidable', detail: `the device ${clues.source} is not in sight` };
  return isEncrypted(device, clues.devices)
    ? { encryption: 'luks', detail: `${clues.source} is a dm-crypt device` }
    : { encryption: 'none', detail: `no dm-crypt device stands between ${clues.source} and the disk` };
}
