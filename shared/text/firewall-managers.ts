/**
 * Which tools manage the packet filter of a host: what works now, and what is loaded at boot. Asked in the same words by the
 * assessment and before a change.
 */
export type FirewallManager = 'nftables' | 'ufw' | 'firewalld' | 'iptables';

export interface FirewallManagers {
  readonly active: readonly FirewallManager[];
  /** Loaded or started at boot. */
  readonly enabled: readonly FirewallManager[];
  /** Others that keep chains of their own here: Docker, Kubernetes. */
  readonly foreign: readonly string[];
}

/**
 * POSIX sh, two functions. `on`: whether a service is started at boot, by systemd, by the links of its init script or by a
 * runlevel of OpenRC. `init_nft`: the file that the init script of nftables loads (Debian's comes with the package
 * orphan-sysvinit-scripts).
 */
export const bootFunctions = `
on() {
  if [ -d /run/systemd/system ]; then [ "$(systemctl is-enabled "$1" 2>/dev/null)" = enabled ]; return; fi
  for link in /etc/rc[S2345].d/S[0-9][0-9]"\${1%.service}" /etc/runlevels/*/"\${1%.service}"; do [ ! -e "$link" ] || return 0; done
  return 1
}
init_nft() {
  [ -f /etc/init.d/nftables ] &&
    sed -n '/^[[:space:]]*#/d; s/.*[nN][fF][tT][^#]* -f  *"*\\(\\/[^ ;"]*\\).*/\\1/p' /etc/init.d/nftables | head -n 1
}
`;

/**
 * POSIX sh, read-only, for root. iptables counts where somebody's own rules are: not those of ufw, Docker, Kubernetes,
 * libvirt or fail2ban, and not Bulwark's.
 */
export const managersScript = `${bootFunctions}
if command -v ufw >/dev/null 2>&1; then
  ufw status 2>/dev/null | grep -q '^Status: active' && echo active=ufw
  on ufw.service && grep -qi '^ENABLED=["'"'"']*yes' /etc/ufw/ufw.conf 2>/dev/null && echo enabled=ufw
fi
if [ -d /run/systemd/system ]; then
  case $(systemctl is-active firewalld.service 2>/dev/null) in active | activating | reloading) echo active=firewalld ;; esac
elif command -v firewall-cmd >/dev/null 2>&1; then firewall-cmd --state >/dev/null 2>&1 && echo active=firewalld; fi
on firewalld.service && echo enabled=firewalld
saved=no
for f in /etc/iptables/rules.v4 /etc/iptables/rules.v6; do [ -s "$f" ] && saved=yes; done
[ $saved = yes ] && on netfilter-persistent.service && echo enabled=iptables
for t in iptables ip6tables; do
  command -v $t-save >/dev/null 2>&1 || continue
  rules=$($t-save -t filter 2>/dev/null)
  printf '%s\\n' "$rules" | grep -Ev -e '-j (ufw|KUBE-|DOCKER|cali-|CILIUM|LIBVIRT_|f2b-|bulwark)' |
    grep -Eq '^-A INPUT |^:INPUT (DROP|REJECT)' && echo active=iptables
  printf '%s\\n' "$rules" | grep -q '^:DOCKER' && echo foreign=Docker
  printf '%s\\n' "$rules" | grep -q '^:KUBE-' && echo foreign=Kubernetes
done
if command -v nft >/dev/null 2>&1 && on nftables.service; then
  if [ -d /run/systemd/system ]; then
    boot=$(systemctl show -p ExecStart --value nftables.service 2>/dev/null | sed -n 's/.*-f  *\\(\\/[^ ;"]*\\).*/\\1/p')
  else boot=$(init_nft); fi
  sed 's/#.*//' "\${boot:-/etc/nftables.conf}" 2>/dev/null | grep -Eqw 'drop|reject' && { echo active=nftables; echo enabled=nftables; }
fi
chains=$(nft list chains 2>/dev/null)
printf '%s\\n' "$chains" | grep -q 'chain DOCKER' && echo foreign=Docker
printf '%s\\n' "$chains" | grep -q 'chain KUBE-' && echo foreign=Kubernetes
`;

const names: readonly FirewallManager[] = ['nftables', 'ufw', 'firewalld', 'iptables'];

/** Reads what the script printed; lines that it cannot have printed are passed over. */
export function parseManagers(text: string): FirewallManagers {
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
