/** The change of a host's packet filter. */
import { z } from 'zod';

export const firewallRulesetChangeSchema = z.strictObject({
  kind: z.literal('firewall-ruleset'),
  /** The tool that manages this host's packet filter; only it is used. */
  backend: z.enum(['nftables', 'ufw', 'firewalld', 'iptables']),
  /** Sources (CIDR, IPv4 or IPv6) that may reach a port; a port that is not listed is closed to the network. */
  allow: z.array(
    z.strictObject({
      port: z.number().int().min(1).max(65535),
      from: z.array(z.string()).min(1),
      label: z.string(),
    }),
  ),
  /** The SSH port of this session; always kept open to `operatorSources`. */
  sshPort: z.number().int().min(1).max(65535),
  operatorSources: z.array(z.string()).min(1),
  /** Seconds until the host puts the old rules back unless access is proven. 15 to 900. */
  guardSeconds: z.number().int().min(15).max(900),
});
