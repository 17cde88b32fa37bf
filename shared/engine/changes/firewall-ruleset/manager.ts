/**
 * Which tool manages the packet filter of a host: what works now and what starts at boot. Two at once contradict each other
 * sooner or later, so then nothing is decided here.
 */
import { type AppError, appError } from '../../../domain/error.ts';
import { fail, type Result, succeed } from '../../../domain/result.ts';
import type { ChangeContext } from '../../change-kind.ts';
import { prelude, runChecked, textOf } from '../../host-script.ts';
import type { BackendName } from './backend.ts';

export interface Managers {
  readonly active: readonly BackendName[];
  /** Loaded or started at boot. */
  readonly enabled: readonly BackendName[];
  /** Others that keep chains of their own here: Docker, Kubernetes. */
  readonly foreign: readonly string[];
}

// iptables counts where somebody's own rules are: not those of ufw, Docker, Kubernetes, libvirt or fail2ban, and not Bulwark's.
const script = `${prelude}
on() { [ "$(systemctl is-enabled "$1" 2>/dev/null)" = enabled ]; }
if command -v ufw >/dev/null 2>&1; then
  ufw status 2>/dev/null | grep -q '^Status: active' && echo active=ufw
  on ufw.service && grep -qi '^ENABLED=["'"'"']*yes' /etc/ufw/ufw.conf 2>/dev/null && echo enabled=ufw
fi
if systemctl --quiet is-active firewalld.service 2>/dev/null; then echo active=firewalld; fi
on firewalld.service && echo enabled=firewalld
saved=no
for f in /etc/iptables/rules.v4 /etc/iptables/rules.v6; do [ -s "$f" ] && saved=yes; done
[ $saved = yes ] && on netfilter-persistent.service && echo enabled=iptables
for t in iptables ip6tables; do
  command -v $t-save >/dev/null 2>&1 || continue
  $t-save -t filter 2>/dev/null | grep -Ev -e '-j (ufw|KUBE-|DOCKER|cali-|CILIUM|LIBVIRT_|f2b-|bulwark)' |
    grep -Eq '^-A INPUT |^:INPUT (DROP|REJECT)' && echo active=iptables
done
if command -v nft >/dev/null 2>&1 && on nftables.service; then
  boot=$(systemctl show -p ExecStart --value nftables.service 2>/dev/null | sed -n 's/.*-f  *\\(\\/[^ ;"]*\\).*/\\1/p')
  sed 's/#.*//' "\${boot:-/etc/nftables.conf}" 2>/dev/null | grep -Eqw 'drop|reject' && { echo active=nftables; echo enabled=nftables; }
fi
if command -v nft >/dev/null 2>&1; then
  nft list tables >/dev/null 2>&1 && nft list chains 2>/dev/null | grep -Eq 'chain DOCKER' && echo foreign=Docker
  nft list chains 2>/dev/null | grep -Eq 'chain KUBE-' && echo foreign=Kubernetes
fi
exit 0
`;

const names: readonly BackendName[] = ['nftables', 'ufw', 'firewalld', 'iptables'];

export function parseManagers(text: string): Managers {
  const values = (name: string) =>
    new Set(
      text
        .split('\n')
        .filter((line) => line.startsWith(`${name}=`))
        .map((line) => line.slice(name.length + 1)),
    );
  const active = values('active');
  const enabled = values('enabled');
  // ufw and an old firewalld write their rules by iptables: what INPUT holds then is not somebody's own.
  if (active.has('ufw') || active.has('firewalld')) {
    active.delete('iptables');
    if (enabled.has('iptables')) {
      active.add('iptables');
    }
  }
  return {
    active: names.filter((name) => active.has(name)),
    enabled: names.filter((name) => enabled.has(name)),
    foreign: [...values('foreign')],
  };
}

function refused(message: string, nextStep: string): AppError {
  return appError('PRECONDITION_FAILED', message, nextStep, { hostState: 'unchanged' });
}

const service: Readonly<Record<BackendName, string>> = {
  nftables: 'nftables.service',
  ufw: 'ufw (ufw enable)',
  firewalld: 'firewalld.service',
  iptables: 'netfilter-persistent.service',
};

/** Why a change for `wanted` does not fit this host; undefined when it does. */
export function misfit(wanted: BackendName, { active, enabled }: Managers): AppError | undefined {
  const both = [...new Set([...active, ...enabled])];
  if (active.length > 1) {
    return refused(
      `${active.join(' and ')} both manage the firewall of this host.`,
      'Decide for one of them and switch the other off, then assess again.',
    );
  }
  if (both.length > 1) {
    return refused(
      `${active[0] ?? enabled[0]} manages the firewall of this host, but ${both.find((one) => one !== (active[0] ?? enabled[0]))} is loaded at boot as well.`,
      'Decide for one of them and switch the other off, then assess again.',
    );
  }
  const found = both[0];
  if (found === undefined) {
    return wanted === 'nftables'
      ? undefined
      : refused(`${wanted} is not active on this host.`, 'Assess this host again and make a new plan.');
  }
  if (found !== wanted) {
    return refused(
      `${found} manages the firewall of this host.`,
      `Assess this host again and make a new plan for ${found}; mixing two tools is not safe.`,
    );
  }
  if (wanted !== 'nftables' && !active.includes(wanted)) {
    return refused(
      `${wanted} is loaded at boot but not active now.`,
      `Start it, or switch it off, then assess again.`,
    );
  }
  if (wanted !== 'nftables' && !enabled.includes(wanted)) {
    return refused(
      wanted === 'iptables'
        ? 'Nothing loads iptables rules at boot on this host, so that no rule would outlast a restart.'
        : `${wanted} is active but not started at boot.`,
      wanted === 'iptables'
        ? 'Install iptables-persistent and save the rules (netfilter-persistent save), then assess again.'
        : `Enable ${service[wanted]}, then assess again.`,
    );
  }
  return undefined;
}

export async function managersOf(context: ChangeContext): Promise<Result<Managers>> {
  const ran = await runChecked(
    context.host,
    { name: 'firewall-managers', script, privileged: true, deadlineSeconds: 30 },
    { doing: 'find out what manages the firewall' },
    context.signal,
  );
  return ran.ok ? succeed(parseManagers(textOf(ran.value))) : fail(ran.error);
}
