/** Takes the rules back on the host itself, by the tool that manages its packet filter. */
import type { ChangeOf } from '../../../domain/change.ts';
import type { HandUndoOp } from '../../hand-undo/ops.ts';
import { firewalldByHand } from './firewalld/by-hand.ts';
import { iptablesByHand } from './iptables/by-hand.ts';
import { nftablesByHand } from './nftables/by-hand.ts';
import { ufwByHand } from './ufw/by-hand.ts';

const byBackend: Readonly<Record<ChangeOf<'firewall-ruleset'>['backend'], HandUndoOp>> = {
  nftables: nftablesByHand,
  ufw: ufwByHand,
  firewalld: firewalldByHand,
  iptables: iptablesByHand,
};

export function firewallByHand({ backend }: ChangeOf<'firewall-ruleset'>): readonly HandUndoOp[] {
  return [byBackend[backend]];
}
