/** The live rules and who made them. */
import type { FirewallFact } from '../../domain/facts.ts';
import type { FactSource } from '../../engine/fact-source.ts';
import { inboundDefault, portAccess } from '../../text/nft-access.ts';
import { parseNftRuleset } from '../../text/nft-ruleset.ts';
import type { Section } from '../../text/sections.ts';
import { body, forbidden, known, readSections, unknown } from '../parse.ts';

const tools = ['nftables', 'ufw', 'firewalld', 'iptables'] as const;
type Tool = (typeof tools)[number];
const commands: Readonly<Record<Tool, string>> = {
  nftables: 'nft',
  ufw: 'ufw',
  firewalld: 'firewall-cmd',
  iptables: 'iptables',
};

export const firewall: FactSource<'firewall', FirewallFact> = {
  id: 'firewall',
  deadlineSeconds: 8,
  maxBytes: 2_000_000,
  // -s leaves counters out: they would make the same rules look new at every reading.
  probe: String.raw`
section commands; for name in nft ufw firewall-cmd iptables; do command -v "$name" >/dev/null 2>&1 && echo "$name"; done
section ports; echo "$ES_PORTS"
section uid; id -u
section ufw; grep '^ENABLED=' /etc/ufw/ufw.conf
section firewalld; systemctl is-active firewalld
section boot; for unit in nftables ufw firewalld netfilter-persistent; do [ "$(systemctl is-enabled "$unit")" = enabled ] && echo "$unit"; done
section boot-rules; grep -lE 'hook[[:space:]]+input' /etc/nftables.conf /etc/nftables.d/* /etc/nftables/* /etc/sysconfig/nftables.conf
section legacy; cat /proc/net/ip_tables_names /proc/net/ip6_tables_names
if command -v nft >/dev/null 2>&1; then
  section text; nft -s list ruleset | head -c 65536 | plain
  section json; nft -j list ruleset | plain
  section status; nft list tables >/dev/null && echo readable
fi
exit 0
`,
  parse: (frame, context) =>
    readSections(frame, 'the firewall', context, (sections) => {
      const found = new Set(body(sections, 'commands').split('\n'));
      const available = tools.filter((tool) => found.has(commands[tool]));
      const readable = body(sections, 'status').trim() === 'readable';
      if (found.has('nft') && !readable)
        return forbidden('The live firewall rules', 'nft list ruleset', context);
      const text = body(sections, 'text').trim();
      const legacy = body(sections, 'legacy')
        .split('\n')
        .filter((line) => line !== '');
      const manager = managerOf(sections, text, legacy);
      const boot = body(sections, 'boot').split('\n');
      const ruleset = parseNftRuleset(body(sections, 'json').trim());
      const where = 'nft list ruleset';
      if (found.has('nft') && ruleset === undefined && text !== '')
        return unknown(
          'The live firewall rules could not be understood.',
          'Update nftables on the host to a version that prints JSON.',
          where,
          context,
        );
      const watched = watchedPorts(body(sections, 'ports'));
      // Rules of the older kind are not read, so nothing can be said about a host that has some.
      const undecided = legacy.length > 0;
      const live = ruleset ?? { chains: [], sets: new Map<string, never>() };
      return known(
        {
          manager,
          available,
          inboundDefault: undecided ? 'none' : inboundDefault(live),
          ruleset: text,
          ports: watched.map((port) => ({
            port,
            ...(undecided ? ({ access: 'undecided', sources: [] } as const) : portAccess(live, port)),
          })),
          loadedAtBoot: isLoadedAtBoot(manager, boot, body(sections, 'boot-rules').trim() !== ''),
        },
        where,
        context,
      );
    }),
};

function managerOf(
  sections: readonly Section[],
  text: string,
  legacy: readonly string[],
): FirewallFact['manager'] {
  if (/^ENABLED=["']?yes/i.test(body(sections, 'ufw').trim())) return 'ufw';
  if (body(sections, 'firewalld').trim() === 'active') return 'firewalld';
  if (legacy.length > 0) return 'iptables';
  // iptables of today writes into nftables: tables with its names, or rules that nft can only show as a remark.
  if (/managed by iptables-nft|# xt_|xt (?:match|target)/.test(text)) return 'iptables';
  return /hook input/.test(text) ? 'nftables' : 'none';
}

function isLoadedAtBoot(
  manager: FirewallFact['manager'],
  boot: readonly string[],
  rulesInFile: boolean,
): boolean {
  if (manager === 'none') return false;
  if (manager === 'nftables') return boot.includes('nftables') && rulesInFile;
  return boot.includes(manager === 'iptables' ? 'netfilter-persistent' : manager);
}

/** The usual ports, the next ones that a node takes when these are in use, and what the settings name. */
function watchedPorts(named: string): readonly number[] {
  const usual = [9200, 9300].flatMap((port) => [0, 1, 2, 3].map((step) => port + step));
  const own = named
    .split('|')
    .map(Number)
    .filter((port) => Number.isInteger(port) && port >= 1 && port <= 65535);
  return [...new Set([...usual, ...own])];
}
