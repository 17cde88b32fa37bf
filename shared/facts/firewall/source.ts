/** The live rules and who made them. */
import type { FirewallFact } from '../../domain/facts.ts';
import type { FactSource } from '../../engine/fact-source.ts';
import { type FirewallManager, managersScript, parseManagers } from '../../text/firewall-managers.ts';
import { inboundDefault, portAccess } from '../../text/nft-access.ts';
import { parseNftRuleset } from '../../text/nft-ruleset.ts';
import type { Section } from '../../text/sections.ts';
import { body, forbidden, known, readSections, unknown } from '../parse.ts';
import { disagreement } from './disagreement.ts';
import { liveRules } from './live-rules.ts';

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
  deadlineSeconds: 15,
  maxBytes: 2_000_000,
  // -s leaves counters out: they would make the same rules look new at every reading.
  probe: `
section commands; for name in nft ufw firewall-cmd iptables; do command -v "$name" >/dev/null 2>&1 && echo "$name"; done
section ports; echo "$ES_PORTS"
section uid; id -u
section managers
${managersScript}
section boot; for unit in nftables ufw firewalld netfilter-persistent; do on "$unit" && echo "$unit"; done
section init; [ -d /run/systemd/system ] || [ -e /etc/rc2.d ] || [ -d /etc/runlevels ] || echo unknown
section boot-rules; grep -lE 'hook[[:space:]]+input' /etc/nftables.conf /etc/nftables.d/* /etc/nftables/* /etc/sysconfig/nftables.conf
section legacy; cat /proc/net/ip_tables_names /proc/net/ip6_tables_names
section save4; command -v iptables-save >/dev/null && { iptables-save -t filter || echo failed; } | head -c 500000 | plain
section save6; command -v ip6tables-save >/dev/null && { ip6tables-save -t filter || echo failed; } | head -c 500000 | plain
section legacy4; grep -qx filter /proc/net/ip_tables_names && iptables-legacy-save -t filter | head -c 300000 | plain
section legacy6; grep -qx filter /proc/net/ip6_tables_names && ip6tables-legacy-save -t filter | head -c 300000 | plain
section ufw-files; grep -hE '^-A ufw6?-user-input ' /etc/ufw/user.rules /etc/ufw/user6.rules | plain
section iptables-files; awk 'index($0, "*") == 1 { t = $1 } t == "*filter" && /^(-A (INPUT|bulwark) |:INPUT )/' /etc/iptables/rules.v4 /etc/iptables/rules.v6 | plain
if systemctl --quiet is-active firewalld; then
  section zones-now; firewall-cmd --list-all | plain
  section zones-boot; firewall-offline-cmd --list-all | plain
fi
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
      const root = body(sections, 'uid').trim() === '0';
      if ((found.has('nft') && !readable) || (!root && available.length > 0))
        return forbidden('The live firewall rules', 'nft list ruleset', context);
      const text = body(sections, 'text').trim();
      const where = 'nft list ruleset';
      const nft = parseNftRuleset(body(sections, 'json').trim());
      if (found.has('nft') && nft === undefined && text !== '')
        return unknown(
          'The live firewall rules could not be understood.',
          'Update nftables on the host to a version that prints JSON.',
          where,
          context,
        );
      const managers = parseManagers(body(sections, 'managers'));
      const manager = managerOf(managers.active, text);
      const live = liveRules(nft ?? { chains: [], sets: new Map<string, never>() }, sections);
      const inForce = [...new Set([...managers.active, ...managers.enabled])];
      const differs = disagreement(manager, sections);
      return known(
        {
          manager,
          ...(inForce.length > 1 ? { managers: inForce } : {}),
          available,
          inboundDefault: live === undefined ? 'none' : inboundDefault(live),
          ruleset: shownRules(text, sections),
          ports: watchedPorts(body(sections, 'ports')).map((port) => ({
            port,
            ...(live === undefined
              ? ({ access: 'undecided', sources: [] } as const)
              : portAccess(live, port)),
          })),
          loadedAtBoot: isLoadedAtBoot(manager, managers.enabled, sections),
          ...(differs === undefined ? {} : { disagreement: differs }),
        },
        where,
        context,
      );
    }),
};

function managerOf(active: readonly FirewallManager[], text: string): FirewallFact['manager'] {
  for (const name of ['ufw', 'firewalld', 'iptables'] as const) if (active.includes(name)) return name;
  return /hook input/.test(text) ? 'nftables' : 'none';
}

function isLoadedAtBoot(
  manager: FirewallFact['manager'],
  enabled: readonly FirewallManager[],
  sections: readonly Section[],
): FirewallFact['loadedAtBoot'] {
  if (manager === 'none') return false;
  if (body(sections, 'init').trim() === 'unknown') return 'unknown';
  if (manager !== 'nftables') return enabled.includes(manager);
  const boot = body(sections, 'boot').split('\n');
  return boot.includes('nftables') && body(sections, 'boot-rules').trim() !== '';
}

/** What nft does not show is read from iptables; an empty text for tools that are not there. */
function shownRules(text: string, sections: readonly Section[]): string {
  const older = ['legacy4', 'legacy6'].map((name) => body(sections, name).trim()).filter((one) => one !== '');
  return [text, ...older].filter((one) => one !== '').join('\n');
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
