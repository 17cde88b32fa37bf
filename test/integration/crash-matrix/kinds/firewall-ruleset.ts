import { type KindFile, matrixKind } from '../contract.ts';

/** The least that a guard may have, so that cases end soon. */
const guardSeconds = 15;

export const kinds: KindFile = [
  matrixKind<'firewall-ruleset'>({
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
  }),
];
