/**
 * What is swapped to, now and at the next boot, and how much memory the node has locked. The kernel's own word counts for
 * both: `/proc/swaps`, and `VmLck` of the process (proc_pid_status(5)), whatever `bootstrap.memory_lock` asks for.
 */
import type { SwapFact } from '../../domain/swap.ts';
import type { FactSource } from '../../engine/fact-source.ts';
import {
  type BlockDevice,
  deviceOfMount,
  isEncrypted,
  mountOf,
  parseBlockDevices,
  parseMounts,
} from '../../text/mounts.ts';
import type { Section } from '../../text/sections.ts';
import { isContainer } from '../host-system/source.ts';
import { body, known, needsElasticsearch, readSections, unknown } from '../parse.ts';

export const swap: FactSource<'swap', SwapFact> = {
  id: 'swap',
  deadlineSeconds: 8,
  maxBytes: 262_144,
  probe: String.raw`${needsElasticsearch}
section virt; echo "$VIRT"
section swaps; plain </proc/swaps
section locked
if [ -n "$ES_PID" ]; then echo process; sed -n 's/^VmLck:[[:space:]]*\([0-9]*\) kB$/\1/p' "/proc/$ES_PID/status"; fi
section swappiness; cat /proc/sys/vm/swappiness
section fstab; awk '$1 !~ /^#/ && $3 == "swap" && ("," $4 ",") !~ /,noauto,/' /etc/fstab 2>/dev/null | plain
section units
if [ -d /run/systemd/system ]; then
  systemctl list-units --all --type=swap --plain --no-legend --no-pager 2>/dev/null | awk '$2 == "loaded" { print $1 }'
  systemctl list-unit-files --type=swap --state=enabled --no-legend --no-pager 2>/dev/null | awk '{ print $1 }'
fi
section on
awk '$1 !~ /^#/ && $3 == "swap"' /etc/fstab 2>/dev/null | while read -r spec rest; do
  case $spec in
    UUID=*) p=/dev/disk/by-uuid/${'$'}{spec#*=} ;; LABEL=*) p=/dev/disk/by-label/${'$'}{spec#*=} ;;
    PARTUUID=*) p=/dev/disk/by-partuuid/${'$'}{spec#*=} ;; PARTLABEL=*) p=/dev/disk/by-partlabel/${'$'}{spec#*=} ;;
    *) p=$spec ;;
  esac
  p=$(readlink -f "$p" 2>/dev/null || printf '%s\n' "$p")
  cut -d' ' -f1 /proc/swaps | grep -Fqx -e "$p" && printf '%s in /etc/fstab\n' "$spec"
done | plain
[ ! -d /run/systemd/system ] || systemctl list-units --type=swap --state=active --plain --no-legend --no-pager 2>/dev/null | awk '{ print $1 }'
section makers
for d in /etc/systemd /run/systemd /usr/local/lib/systemd /usr/lib/systemd; do
  for f in "$d/zram-generator.conf" "$d/zram-generator.conf.d"/*.conf; do
    [ -f "$f" ] && grep -q '^\[zram' "$f" && echo "$f"
  done
done
for m in dphys-swapfile zramswap swapspace; do
  case $(systemctl is-enabled "$m.service" 2>/dev/null) in enabled*) echo "$m.service" ;; esac
done
section mounts; plain </proc/self/mountinfo
section devices
for place in /sys/class/block/*; do
  number= uuid= name= below=
  { read -r number <"$place/dev"; } 2>/dev/null || continue
  { read -r uuid <"$place/dm/uuid"; read -r name <"$place/dm/name"; } 2>/dev/null
  for slave in "$place"/slaves/*; do [ -e "$slave" ] && below="$below,${'$'}{slave##*/}"; done
  printf '%s|%s|%s|%s|%s\n' "${'$'}{place##*/}" "$number" "$uuid" "$name" "${'$'}{below#,}"
done | plain
section zram; for place in /sys/block/zram*; do
  back=; { read -r back <"$place/backing_dev"; } 2>/dev/null
  echo "${'$'}{place##*/} ${'$'}{back:-none}"
done | plain
exit 0
`,
  parse: (frame, context) =>
    readSections(frame, 'swap', context, (sections) => {
      const text = body(sections, 'swaps');
      if (!/^Filename\s/.test(text))
        return unknown(
          'The kernel’s list of swap could not be read.',
          'Look at /proc/swaps on the host, then assess again.',
          '/proc/swaps',
          context,
        );
      const virtualization = body(sections, 'virt').trim();
      const [process, lockedKib] = lines(sections, 'locked');
      const boot = [...new Set([...lines(sections, 'fstab').map(fstabWords), ...lines(sections, 'units')])];
      const on = lines(sections, 'on');
      const swappiness = body(sections, 'swappiness').trim();
      return known(
        {
          container: isContainer(virtualization) ? virtualization : '',
          active: activeOf(text, sections),
          boot,
          idle: boot.filter((one) => !on.includes(one)),
          makers: lines(sections, 'makers'),
          locked:
            process === undefined
              ? 'no-process'
              : lockedKib !== undefined && /^\d{1,15}$/.test(lockedKib)
                ? { kib: Number(lockedKib) }
                : 'unreadable',
          swappiness: /^\d{1,3}$/.test(swappiness) ? Number(swappiness) : undefined,
        },
        '/proc/swaps, fstab, units and the process',
        context,
      );
    }),
};

function activeOf(text: string, sections: readonly Section[]): SwapFact['active'] {
  const devices = parseBlockDevices(body(sections, 'devices'));
  const mounts = parseMounts(body(sections, 'mounts'));
  const zram = new Map(lines(sections, 'zram').map((line) => [line.split(' ')[0] ?? '', line.split(' ')[1]]));
  return text
    .split('\n')
    .slice(1)
    .flatMap((line): SwapFact['active'] => {
      const [raw, kind] = line.trim().split(/\s+/);
      if (!raw?.startsWith('/')) return [];
      const path = raw.replace(/\\([0-7]{3})/g, (_, octal: string) =>
        String.fromCharCode(Number.parseInt(octal, 8)),
      );
      const name = /^\/dev\/(?:mapper\/)?([^/]+)$/.exec(path)?.[1] ?? '';
      const back = zram.get(name);
      if (back !== undefined) return [{ path, writes: back === 'none' ? 'memory' : 'unknown' } as const];
      const mount = kind === 'file' ? mountOf(mounts, path) : undefined;
      const device: BlockDevice | undefined =
        kind === 'file'
          ? mount && deviceOfMount(mount, devices)
          : devices.find((one) => one.name === name || (one.label !== '' && one.label === name));
      const writes = device === undefined ? 'unknown' : isEncrypted(device, devices) ? 'encrypted' : 'clear';
      return [{ path, writes } as const];
    });
}

function fstabWords(line: string): string {
  return `${line.trim().split(/\s+/)[0] ?? ''} in /etc/fstab`;
}

function lines(sections: readonly Section[], name: string): readonly string[] {
  return body(sections, name)
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
}
