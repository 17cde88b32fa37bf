/** What the host says about the directory, the device and its tools before anything is touched. Reads only. */
import type { ChangeOf } from '../../../domain/change.ts';
import { appError } from '../../../domain/error.ts';
import { fail, type Result, succeed } from '../../../domain/result.ts';
import {
  type BlockDevice,
  isEncrypted,
  type Mount,
  mountOf,
  parseBlockDevices,
  parseMounts,
} from '../../../text/mounts.ts';
import type { ChangeContext } from '../../change-kind.ts';
import { prelude, runChecked, textOf } from '../../host-script.ts';

/** $1 directory, $2 device, $3 unit. Lines `name=value`; mount table and block devices with a word in front. */
export const lookScript = `${prelude}
path=$1; dev=$2; unit=$3
has() { if command -v "$1" >/dev/null 2>&1; then echo "has=$1"; fi; }
for tool in cryptsetup systemctl blkid wipefs mkfs.ext4 mkfs.xfs findmnt sha256sum xargs du; do has $tool; done
echo "cryptsetup=$(cryptsetup --version 2>/dev/null | sed 's/^cryptsetup \\([0-9]*\\).*/\\1/')"
for place in /usr/lib/systemd /lib/systemd; do
  [ -x $place/systemd-cryptsetup ] && [ -x $place/system-generators/systemd-cryptsetup-generator ] && echo has=systemd-cryptsetup
done
[ "$(cat /proc/1/comm 2>/dev/null)" = systemd ] && echo has=systemd
echo "virt=$(systemd-detect-virt --container 2>/dev/null)"
for package in apt-get dnf yum zypper; do has $package; done
unit_state=$(systemctl show -p LoadState --value -- "$unit" 2>/dev/null)
echo "unit=$unit_state"
cgroup=$(systemctl show -p ControlGroup --value -- "$unit" 2>/dev/null)
if [ -L "$path" ]; then echo "kind=link"; elif [ -d "$path" ]; then echo "kind=directory"; elif [ -e "$path" ]; then echo "kind=other"; else echo "kind=absent"; fi
echo "real=$(readlink -f -- "$path" 2>/dev/null)"
if [ -d "$path" ] && [ ! -L "$path" ]; then
  echo "used=$(du -skx -- "$path" 2>/dev/null | tail -n 1 | cut -f 1)"
  echo "apparent=$(du -skx --apparent-size -- "$path" 2>/dev/null | tail -n 1 | cut -f 1)"
  echo "oddnames=$(find "$path" -xdev -name '*
*' 2>/dev/null | head -n 1 | wc -l)"
  pid=
  ls -l /proc/[0-9]*/fd 2>/dev/null | while read -r line; do
    case $line in
      /proc/*/fd:) pid=\${line#/proc/}; pid=\${pid%/fd:} ;;
      *" -> $path/"*)
        own=no
        if [ -n "$cgroup" ] && [ "$cgroup" != / ]; then
          while read -r group; do case $group in *:"$cgroup" | *:"$cgroup"/*) own=yes ;; esac; done < "/proc/$pid/cgroup"
        fi 2>/dev/null
        [ $own = yes ] || echo "opened=$pid $(tr -d '\\n' < "/proc/$pid/comm" 2>/dev/null)"
        ;;
    esac
  done | sort -u | head -n 5
fi
sed 's/^/mount /' /proc/self/mountinfo
for place in /sys/class/block/*; do
  number= uuid= name= below=
  { read -r number <"$place/dev"; } 2>/dev/null || continue
  { read -r uuid <"$place/dm/uuid"; read -r name <"$place/dm/name"; } 2>/dev/null
  for slave in "$place"/slaves/*; do [ -e "$slave" ] && below="$below,\${slave##*/}"; done
  if [ -e "$place/partition" ]; then whole=$(readlink -f "$place/.."); below="$below,\${whole##*/}"; fi
  printf 'block %s|%s|%s|%s|%s\\n' "\${place##*/}" "$number" "$uuid" "$name" "\${below#,}"
done
if [ ! -b "$dev" ]; then echo "device=absent"; exit 0; fi
real=$(readlink -f -- "$dev"); name=\${real##*/}; sys=/sys/class/block/$name
echo "device=$name"
[ -d "$sys" ] || exit 0
echo "sectors=$(cat "$sys/size")"
echo "readonly=$(cat "$sys/ro")"
for holder in "$sys"/holders/*; do [ -e "$holder" ] && echo "holder=\${holder##*/}"; done
for part in "$sys/$name"*; do [ -e "$part/partition" ] && echo "part=\${part##*/}"; done
luks=$(cryptsetup luksUUID "$real" 2>/dev/null) && echo "luks=$luks"
blkid -p -o export "$real" >/dev/null 2>&1; echo "blkid=$?"
blkid -p -o export "$real" 2>/dev/null | sed -n 's/^\\(TYPE\\|PTTYPE\\|AMBIVALENT\\)=\\([A-Za-z0-9_.-]*\\).*/signature=\\2/p'
echo "wipefs=$(wipefs -n -- "$real" 2>/dev/null | wc -l)"
echo "zeros=$(dd if="$real" bs=1048576 count=4 2>/dev/null | tr -d '\\0' | head -c 1 | wc -c)"
while read -r swap _; do [ "$(readlink -f -- "$swap" 2>/dev/null)" = "$real" ] && echo use=swap; done < /proc/swaps
for table in /etc/fstab /etc/crypttab; do
  [ -r "$table" ] || continue
  while read -r first second _; do
    case $first in '#'* | '') continue ;; esac
    [ "$table" = /etc/crypttab ] && first=$second
    case $first in
      UUID=*) first=/dev/disk/by-uuid/\${first#UUID=} ;;
      PARTUUID=*) first=/dev/disk/by-partuuid/\${first#PARTUUID=} ;;
      LABEL=*) first=/dev/disk/by-label/\${first#LABEL=} ;;
      PARTLABEL=*) first=/dev/disk/by-partlabel/\${first#PARTLABEL=} ;;
    esac
    [ "$(readlink -f -- "$first" 2>/dev/null)" = "$real" ] && echo "use=$table"
  done < "$table"
done
exit 0
`;

export interface DeviceLook {
  /** Kernel's name, e.g. `sdb`. */
  readonly name: string;
  readonly bytes: number;
  readonly readOnly: boolean;
  readonly holders: readonly string[];
  readonly partitions: readonly string[];
  /** UUID of a LUKS header that is on it. */
  readonly luks: string | undefined;
  /** What blkid recognised; `something` where tools saw a signature without a name. */
  readonly signatures: readonly string[];
  /** False when the first four mebibytes hold anything. */
  readonly zeroed: boolean;
  /** `swap` and tables that name it. */
  readonly uses: readonly string[];
}

export interface Look {
  readonly tools: ReadonlySet<string>;
  /** Major version; NaN without cryptsetup. */
  readonly cryptsetup: number;
  readonly container: string;
  readonly unitLoaded: boolean;
  readonly path: 'directory' | 'link' | 'other' | 'absent';
  /** Links on the way followed. */
  readonly real: string;
  readonly usedBytes: number;
  readonly oddNames: boolean;
  /** Processes outside the service that have files of the directory open: `123 rsync`. */
  readonly opened: readonly string[];
  readonly mounts: readonly Mount[];
  readonly blocks: readonly BlockDevice[];
  /** Undefined when there is no such block device. */
  readonly device: DeviceLook | undefined;
}

/** Reads what `lookScript` printed; what is missing counts as the worse answer. */
export function parseLook(text: string): Look {
  const lines = text.split('\n');
  const all = (name: string) =>
    lines.filter((line) => line.startsWith(`${name}=`)).map((line) => line.slice(name.length + 1));
  const one = (name: string) => all(name)[0] ?? '';
  const tagged = (word: string) =>
    lines
      .filter((line) => line.startsWith(`${word} `))
      .map((line) => line.slice(word.length + 1))
      .join('\n');
  const kind = one('kind');
  const name = one('device');
  const kibibytes = Math.max(Number.parseInt(one('used'), 10), Number.parseInt(one('apparent'), 10) || 0);
  const signatures = all('signature').filter((text_) => text_ !== '');
  const seen = one('blkid') !== '2' || one('wipefs') !== '0';
  const luks = /^[0-9a-f-]{36}$/.exec(one('luks'))?.[0];
  return {
    tools: new Set(all('has')),
    cryptsetup: Number.parseInt(one('cryptsetup'), 10),
    container: one('virt') === 'none' ? '' : one('virt'),
    unitLoaded: one('unit') === 'loaded',
    path: kind === 'directory' || kind === 'link' || kind === 'other' ? kind : 'absent',
    real: one('real'),
    usedBytes: kibibytes * 1024,
    oddNames: one('oddnames') !== '0',
    opened: all('opened'),
    mounts: parseMounts(tagged('mount')),
    blocks: parseBlockDevices(tagged('block')),
    device:
      name === 'absent' || name === ''
        ? undefined
        : {
            name,
            bytes: Number.parseInt(one('sectors'), 10) * 512,
            readOnly: one('readonly') !== '0',
            holders: all('holder'),
            partitions: all('part'),
            luks,
            signatures: signatures.length === 0 && seen ? ['something'] : signatures,
            zeroed: one('zeros') === '0',
            uses: all('use'),
          },
  };
}

/** The device of the mount that a path lies on, as the kernel numbers it. */
export function blockOf(look: Look, path: string): BlockDevice | undefined {
  const mount = mountOf(look.mounts, path);
  return look.blocks.find((block) => block.number === mount?.device);
}

export function liesOnCrypt(look: Look, path: string): boolean {
  const block = blockOf(look, path);
  return block !== undefined && isEncrypted(block, look.blocks);
}

export async function lookAt(
  change: ChangeOf<'encrypted-volume-migration'>,
  context: Pick<ChangeContext, 'host' | 'signal'>,
): Promise<Result<Look>> {
  const ran = await runChecked(
    context.host,
    {
      name: 'volume-look',
      script: lookScript,
      args: [change.path, change.device, change.unit],
      privileged: true,
      // Adding up the sizes of a directory with many files on a slow disk takes its time.
      deadlineSeconds: 600,
    },
    { doing: `look at ${change.path} and ${change.device}` },
    context.signal,
  );
  if (!ran.ok) {
    return ran;
  }
  const look = parseLook(textOf(ran.value));
  return look.path === 'directory' && !Number.isFinite(look.usedBytes)
    ? fail(
        appError(
          'PROBE_MALFORMED',
          `The size of ${change.path} could not be read.`,
          'Check that `du` works there on the host.',
          { hostState: 'unchanged' },
        ),
      )
    : succeed(look);
}
