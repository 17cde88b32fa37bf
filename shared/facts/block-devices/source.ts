/**
 * Block devices that data could move to, and what stands against each. A device that something uses is never opened; only one
 * that nothing uses is read (blkid -p, wipefs -n, its first 4 MiB). Names and models come from devices and administrators:
 * they are cut to plain characters on the host and once more here.
 */
import type { BlockDeviceFact, BlockDevicesFact, DeviceObstacle } from '../../domain/block-device.ts';
import { plainPath } from '../../domain/changes/volume.ts';
import type { FactSource } from '../../engine/fact-source.ts';
import {
  type BlockDevice,
  chainBelow,
  deviceOfMount,
  type Mount,
  parseBlockDevices,
  parseMounts,
  systemDevices,
} from '../../text/mounts.ts';
import type { Section } from '../../text/sections.ts';
import { eachBlockDevice } from '../each-block-device.ts';
import { isContainer } from '../host-system/source.ts';
import { body, known, needsElasticsearch, readSections, unknown } from '../parse.ts';

/** Devices that are looked at; a host with more has the rest counted. */
const most = 48;

export const blockDevices: FactSource<'block-devices', BlockDevicesFact> = {
  id: 'block-devices',
  deadlineSeconds: 12,
  maxBytes: 524_288,
  // loop, ram, zram, floppy and optical drives hold no data for long; the boot areas of an MMC are not for data at all.
  probe: String.raw`${needsElasticsearch}
${eachBlockDevice}  case $name in *[!A-Za-z0-9._+@-]*) name='?' ;; esac
  for slave in "$place"/slaves/*; do [ -e "$slave" ] && below="$below,${'$'}{slave##*/}"; done
  if [ -e "$place/partition" ]; then whole=$(readlink -f "$place/.."); below="$below,${'$'}{whole##*/}"; fi
  printf '%s|%s|%s|%s|%s\n' "${'$'}{place##*/}" "$number" "$uuid" "$name" "${'$'}{below#,}"
done | plain
taken=$(
  while read -r swap _; do case $swap in /*) echo "swap $(readlink -f -- "$swap")" ;; esac; done </proc/swaps
  for table in /etc/fstab /etc/crypttab; do
    [ -r "$table" ] || continue
    while read -r first second _; do
      case $first in '#'* | '') continue ;; esac
      [ "$table" = /etc/crypttab ] && first=$second
      first=$(printf '%s' "$first" | tr -d '"')
      case $first in
        UUID=*) first=/dev/disk/by-uuid/${'$'}{first#UUID=} ;;
        PARTUUID=*) first=/dev/disk/by-partuuid/${'$'}{first#PARTUUID=} ;;
        LABEL=*) first=/dev/disk/by-label/${'$'}{first#LABEL=} ;;
        PARTLABEL=*) first=/dev/disk/by-partlabel/${'$'}{first#PARTLABEL=} ;;
      esac
      case $first in /dev/*) echo "$table $(readlink -f -- "$first")" ;; esac
    done <"$table"
  done
)
mounted=$(cut -d ' ' -f 3 /proc/self/mountinfo)
holds() { printf '%s\n' "$1" | grep -qxF -e "$2"; }
decent() { tr -cd 'A-Za-z0-9 ._+()/:,-' | cut -c 1-48; }
attribute() { [ -r "$1" ] && head -c 256 "$1" 2>/dev/null | head -n 1 | decent; }
examine() {
  place=/sys/class/block/$1 kernel=$1
  size=0 number=
  { read -r size <"$place/size"; read -r number <"$place/dev"; } 2>/dev/null
  [ "${'$'}{size:-0}" -gt 0 ] || return 0
  [ -d "$place/md" ] || [ ! -e "$place/device/media" ] || case $(attribute "$place/device/media") in cdrom | floppy) return 0 ;; esac
  section device "$kernel"
  echo "sectors=$size"
  echo "readonly=$(attribute "$place/ro")"
  [ -e "$place/partition" ] && echo partition=yes
  described=$place
  [ -e "$place/partition" ] && described=$(readlink -f "$place/..")
  echo "vendor=$(attribute "$described/device/vendor")"
  echo "model=$(attribute "$described/device/model")"
  busy=no
  for holder in "$place"/holders/*; do [ -e "$holder" ] && busy=yes && echo "holder=$(printf %s "${'$'}{holder##*/}" | decent)"; done
  for part in "$place/$kernel"*; do [ -e "$part/partition" ] && busy=yes && echo "part=$(printf %s "${'$'}{part##*/}" | decent)"; done
  node=/dev/$(printf %s "$kernel" | tr '!' /)
  for use in swap /etc/fstab /etc/crypttab; do holds "$taken" "$use $node" && busy=yes && echo "use=$use"; done
  holds "$mounted" "$number" && busy=yes
  if [ $busy = yes ]; then return 0; fi
  if [ ! -b "$node" ]; then echo unread=absent; return 0; fi
  if [ ! -r "$node" ]; then echo unread=closed; return 0; fi
  command -v blkid >/dev/null 2>&1 || { echo unread=blkid; return 0; }
  found=$(blkid -p -o export "$node" 2>/dev/null); status=$?
  echo "blkid=$status"
  printf '%s\n' "$found" | sed -n 's/^\(TYPE\|PTTYPE\)=\([A-Za-z0-9_.-]*\).*/signature=\2/p'
  command -v wipefs >/dev/null 2>&1 && echo "wipefs=$(wipefs -n -- "$node" 2>/dev/null | wc -l)"
  echo "read=$(head -c 4194304 "$node" 2>/dev/null | wc -c)"
  echo "filled=$(head -c 4194304 "$node" 2>/dev/null | tr -d '\0' | head -c 1 | wc -c)"
}
amount=0 omitted=0
case $VIRT in systemd-nspawn | docker | podman | lxc* | openvz | rkt | wsl | proot | pouch | container-other) set -- ;; *) set -- /sys/class/block/* ;; esac
for each do
  case ${'$'}{each##*/} in loop* | ram* | zram* | fd[0-9]* | sr[0-9]* | mtdblock* | mmcblk*boot* | mmcblk*rpmb | '*') continue ;; esac
  amount=$((amount + 1))
  if [ "$amount" -gt ${most} ]; then omitted=$((omitted + 1)); else examine "${'$'}{each##*/}"; fi
done
section omitted; echo "$omitted"
measure() {
  [ -d "$1/nodes" ] || [ -d "$1/_state" ] || [ -d "$1/indices" ] || return 0
  size=$(timeout 3 du -skx -- "$1" 2>/dev/null) || return 0
  section used "$1"
  printf '%s\n' "$size" | tail -n 1 | cut -f 1
}
each_dir measure
exit 0
`,
  parse: (frame, context) =>
    readSections(frame, 'block devices', context, (sections) => {
      if (isContainer(body(sections, 'virt').trim()))
        return unknown(
          'A container shows the disks of the outer machine.',
          'Look on the outer machine.',
          'block devices',
          context,
        );
      const mounts = parseMounts(body(sections, 'mounts'));
      const all = parseBlockDevices(body(sections, 'devices'));
      const system = systemDevices(mounts, all);
      const devices = sections
        .filter((section) => section.name === 'device')
        .flatMap((section): readonly BlockDeviceFact[] => {
          const device = all.find((one) => one.name === section.rest);
          return device === undefined ? [] : listed(section, device, { mounts, all, system });
        })
        .sort(
          (a, b) =>
            Number(a.obstacle !== undefined) - Number(b.obstacle !== undefined) ||
            a.path.localeCompare(b.path, 'en', { numeric: true }),
        );
      const omitted = Number.parseInt(body(sections, 'omitted'), 10);
      const used = sections
        .filter((section) => section.name === 'used' && /^\d{1,15}$/.test(section.body.trim()))
        .map((section) => ({ path: section.rest, bytes: Number(section.body.trim()) * 1024 }));
      return known({ devices, omitted: omitted > 0 ? omitted : 0, used }, 'block devices', context);
    }),
};

interface Surroundings {
  readonly mounts: readonly Mount[];
  readonly all: readonly BlockDevice[];
  readonly system: ReadonlySet<string>;
}

/** What is shown of a text from a device: plain characters, one space between words. */
function shown(text: string, length = 48): string {
  return text
    .replaceAll(/[^A-Za-z0-9 ._+()/:,-]/g, '')
    .replaceAll(/ +/g, ' ')
    .trim()
    .slice(0, length)
    .trim();
}

function listed(section: Section, device: BlockDevice, around: Surroundings): readonly BlockDeviceFact[] {
  const values = (name: string) =>
    [...section.body.matchAll(new RegExp(`^${name}=(.*)$`, 'gm'))].map(([, value = '']) => value);
  const value = (name: string) => values(name)[0] ?? '';
  const sectors = Number.parseInt(value('sectors'), 10);
  // Its pools and snapshots are LVM's own, told by what follows the two identifiers.
  const inner = device.uuid.startsWith('LVM-') && !/^LVM-[A-Za-z0-9]{64}$/.test(device.uuid);
  const onSystem = chainBelow(around.all, device.name).some((name) => around.system.has(name));
  // Of the system's disk one line says enough.
  if (inner || !(sectors > 0) || (onSystem && value('partition') === 'yes')) return [];
  const path =
    device.label === '' ? `/dev/${device.name.replaceAll('!', '/')}` : `/dev/mapper/${device.label}`;
  const fine = plainPath.safeParse(path).success;
  const vendor = shown(value('vendor'));
  const model = shown(`${/^(?:ATA|0x.*)?$/.test(vendor) ? '' : vendor} ${value('model')}`);
  const obstacle = onSystem
    ? ({ reason: 'system', detail: '' } as const)
    : (obstacleOf(values, device, around) ?? (fine ? undefined : ({ reason: 'name', detail: '' } as const)));
  return [
    {
      path: fine ? path : `/dev/${shown(device.name)}`,
      bytes: sectors * 512,
      model,
      ...(obstacle === undefined ? {} : { obstacle }),
    },
  ];
}

const unreadWords: Readonly<Record<string, string>> = {
  absent: 'it has no device file on this host',
  closed: 'Bulwark may read it as root only',
  blkid: 'blkid is not installed on this host',
};

/** In the order in which the move itself looks, so that both name the same. */
function obstacleOf(
  values: (name: string) => readonly string[],
  device: BlockDevice,
  { mounts, all }: Surroundings,
): DeviceObstacle | undefined {
  const value = (name: string) => values(name)[0] ?? '';
  if (value('readonly') !== '0') return { reason: 'read-only', detail: '' };
  const mount = mounts.find((one) => deviceOfMount(one, all)?.name === device.name);
  if (mount !== undefined) return { reason: 'mounted', detail: shown(mount.point, 120) };
  const holders = values('holder').map((one) => shown(all.find(({ name }) => name === one)?.label || one));
  if (holders.length > 0) return { reason: 'built-on', detail: holders.join(', ') };
  if (values('use').includes('swap')) return { reason: 'swap', detail: '' };
  const table = values('use').find((use) => use === '/etc/fstab' || use === '/etc/crypttab');
  if (table !== undefined) return { reason: 'table', detail: table };
  const parts = values('part').map((one) => shown(one));
  if (parts.length > 0) return { reason: 'partitions', detail: parts.join(', ') };
  const unread = value('unread');
  if (unread !== '') return { reason: 'unread', detail: unreadWords[unread] ?? 'it could not be read' };
  const signatures = values('signature')
    .map((one) => shown(one))
    .filter((one) => one !== '');
  if (signatures.length > 0) return { reason: 'signature', detail: [...new Set(signatures)].join(', ') };
  const status = value('blkid');
  const wiped = value('wipefs');
  if (status === '0' || status === '8' || (wiped !== '' && wiped !== '0'))
    return { reason: 'signature', detail: 'something' };
  // blkid's 2: nothing was recognised (blkid(8)). Anything else, and a device that gives no bytes, is not known to be empty.
  if (status !== '2' || !(Number.parseInt(value('read'), 10) > 0))
    return { reason: 'unread', detail: 'it could not be read' };
  return value('filled') === '0' ? undefined : { reason: 'raw-data', detail: '' };
}
