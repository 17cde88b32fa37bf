/** Which changes rest on one another. */
import type { Change } from '../domain/change.ts';

/** Changes around a node rest on the earlier ones: settings on owners, owners on the account. Others stand alone. */
export function concernsNode(change: Change): boolean {
  return !['firewall-ruleset', 'file-content', 'sysctl', 'swap'].includes(change.kind);
}
