import { type KindFile, matrixKind } from '../contract.ts';

/** The least that a guard may have, so that cases end soon. */
const guardSeconds = 15;

interface Tool {
  readonly backend: 'ufw' | 'iptables' | 'firewalld';
  readonly folders: readonly string[];
  /** Makes the files live again. */
  readonly load: string;
  readonly edit: string;
  /** Waits until what starts with the host is up. */
  readonly settled?: string;
  readonly seconds: number;
}

const firewalldLoaded = `for i in $(seq 200); do [ "$(firewall-cmd --state 2>&1)" = running ] && break; sleep 0.3; done`;

const tools: readonly Tool[] = [
  {
    backend: 'ufw',
    folders: ['/etc/ufw'],
    load: 'ufw --force disable >/dev/null; ufw --force enable >/dev/null',
    edit: "echo '# theirs' >> /etc/ufw/before.rules",
    seconds: guardSeconds,
  },
  {
    backend: 'iptables',
    folders: ['/etc/iptables'],
    load: 'netfilter-persistent flush >/dev/null 2>&1; nft flush ruleset; netfilter-persistent start >/dev/null 2>&1',
    edit: "echo '# theirs' >> /etc/iptables/rules.v4",
    seconds: guardSeconds,
  },
  {
    backend: 'firewalld',
    folders: ['/etc/firewalld'],
    // systemd calls it started before its rules are loaded.
    load: `systemctl restart firewalld\n${firewalldLoaded}`,
    settled: firewalldLoaded,
    edit: "echo '# theirs' >> /etc/firewalld/firewalld.conf",
    // Each of its commands takes a second or more on a busy machine.
    seconds: 25,
  },
];

const managed = tools.map(({ backend, folders, load, edit, seconds, settled = ':' }) =>
  matrixKind<'firewall-ruleset'>({
    kind: 'firewall-ruleset',
    variant: backend,
    scenario: `firewall-${backend}`,
    prepare: `if [ ! -d /root/kept ]; then mkdir /root/kept; cp -a --parents ${folders.join(' ')} /root/kept/; fi
for d in ${folders.join(' ')}; do find $d -mindepth 1 -delete; cp -a /root/kept/$d/. $d/; done
${load}`,
    change: (_see, operator) =>
      Promise.resolve({
        kind: 'firewall-ruleset',
        backend,
        allow: [
          { port: 9200, from: ['10.1.2.0/24', '2001:db8::/32'], label: 'Elasticsearch HTTP' },
          { port: 443, from: ['0.0.0.0/0', '::/0'], label: 'already open before' },
        ],
        sshPort: 22,
        operatorSources: [`${operator}/32`, '2001:db8:1::/48'],
        guardSeconds: seconds,
      }),
    witness: `${settled}
nft -s list ruleset; find ${folders.join(' ')} -printf '%y %u:%g %m %p\\n' | sort
find ${folders.join(' ')} -type f | sort | xargs cat; systemctl is-enabled ${backend === 'iptables' ? 'netfilter-persistent' : backend}`,
    folders,
    edit,
    atomic: false,
    guardSeconds: seconds,
    slow: true,
    caseSeconds: 12,
  }),
);

const nftables = matrixKind<'firewall-ruleset'>({
  kind: 'firewall-ruleset',
  variant: 'nftables',
  scenario: 'bare',
  prepare: `[ -d /root/kept ] || { mkdir /root/kept; cp -a /etc/nftables.conf /root/kept/; }
cp -a /root/kept/nftables.conf /etc/nftables.conf; rm -rf /etc/nftables.d
systemctl --quiet enable nftables; nft flush ruleset; nft -f /etc/nftables.conf; systemctl daemon-reload`,
  change: (_see, operator) =>
    Promise.resolve({
      kind: 'firewall-ruleset',
      backend: 'nftables',
      allow: [{ port: 9200, from: ['10.1.2.0/24', '2001:db8::/32'], label: 'Elasticsearch HTTP' }],
      sshPort: 22,
      operatorSources: [`${operator}/32`, '2001:db8:1::/48'],
      guardSeconds,
    }),
  witness: `nft list ruleset; find /etc/nftables.conf /etc/nftables.d -printf '%y %u:%g %m %p\\n' 2>/dev/null | sort
find /etc/nftables.conf /etc/nftables.d -type f -exec cat {} + 2>/dev/null; systemctl is-enabled nftables || true`,
  folders: ['/etc'],
  edit: "echo '# theirs' >> /etc/nftables.conf",
  atomic: false,
  guardSeconds,
  caseSeconds: 8,
});

// None on a kernel of its own: that of the lab (Debian's user-mode-linux) has no nftables for IPv4, IPv6 or both together. What a
// power cut and the host's clock do to a guard is tried with sysctl.
export const kinds: KindFile = [nftables, ...managed];
