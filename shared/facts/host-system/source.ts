/** The machine itself: names, addresses, kind, and how the operator's connection looks from here. */
import type { HostSystem } from '../../domain/facts.ts';
import type { FactSource } from '../../engine/fact-source.ts';
import { body, known, readSections } from '../parse.ts';

export const hostSystem: FactSource<'host-system', HostSystem> = {
  id: 'host-system',
  deadlineSeconds: 5,
  maxBytes: 65536,
  // sudo drops SSH_CONNECTION, so it is looked for in the processes above this one.
  probe: String.raw`
section name; hostname 2>/dev/null || uname -n
section release; sed -n 's/^PRETTY_NAME=//p' /etc/os-release 2>/dev/null | tr -d '"' | plain
section kernel; uname -sr
section virt; echo "$VIRT"
section systemd; [ -d /run/systemd/system ] && echo yes
section uid; id -u
section addresses
if command -v ip >/dev/null 2>&1; then ip -o addr show | awk '$3 ~ /^inet/ { print $4 }'; else hostname -I 2>/dev/null | tr ' ' '\n'; fi
section ssh
at=$$ depth=0
while [ "${'$'}{at:-0}" -gt 1 ] && [ "$depth" -lt 20 ]; do
  seen=$(tr '\0' '\n' <"/proc/$at/environ" 2>/dev/null | sed -n 's/^SSH_CONNECTION=//p' | head -n 1)
  if [ -n "$seen" ]; then echo "$seen"; break; fi
  at=$(sed -n 's/^PPid:[[:space:]]*//p' "/proc/$at/status" 2>/dev/null) depth=$((depth + 1))
done
exit 0
`,
  parse: (frame, context) =>
    readSections(frame, 'the system', context, (sections) => {
      const [operator, , , port] = body(sections, 'ssh').split(' ');
      const addresses = body(sections, 'addresses')
        .split('\n')
        .map((line) => (line.split('/')[0] ?? '').trim())
        .filter((address) => address !== '' && address !== '::1' && !address.startsWith('127.'));
      return known(
        {
          hostname: body(sections, 'name').trim(),
          operatingSystem: body(sections, 'release').trim() || 'unknown',
          kernel: body(sections, 'kernel').trim(),
          virtualization: body(sections, 'virt').trim() || 'unknown',
          systemd: body(sections, 'systemd').trim() === 'yes',
          addresses,
          sshPort: port !== undefined && /^\d+$/.test(port) ? Number(port) : 22,
          operatorAddress: operator || undefined,
          uid: Number(body(sections, 'uid')) || 0,
        },
        'os-release, uname, ip, SSH_CONNECTION',
        context,
      );
    }),
};

const containers =
  /^(?:systemd-nspawn|docker|podman|lxc|lxc-libvirt|openvz|rkt|wsl|proot|pouch|container-other)$/;

/** In a container the kernel's view of disks, swap and settings is the outer machine's. */
export function isContainer(virtualization: string): boolean {
  return containers.test(virtualization);
}
