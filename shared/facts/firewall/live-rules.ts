/**
 * The live rules of a host in one form, whichever tool made them. nft shows rules of iptables only in part, so these are read
 * by iptables-save; a kernel may hold rules of the older kind beside, which nft does not show at all.
 */
import { parseIptablesSave } from '../../text/iptables-save.ts';
import type { NftChain, NftRuleset } from '../../text/nft-ruleset.ts';
import type { Section } from '../../text/sections.ts';
import { body } from '../parse.ts';

/** Undefined where rules are in force that were not read or not understood. */
export function liveRules(nft: NftRuleset, sections: readonly Section[]): NftRuleset | undefined {
  const text = (name: string) => body(sections, name).trim();
  const chains: NftChain[] = [];
  let legacyRead = false;
  const shownAnew = new Set<string>();
  for (const [family, name] of [
    ['ip', '4'],
    ['ip6', '6'],
  ] as const) {
    const saved = text(`save${name}`);
    const older = text(`legacy${name}`);
    const today = saved.includes('(nf_tables)');
    const own = parseIptablesSave(saved, family, 'saved by iptables');
    const old = parseIptablesSave(older, family, 'saved by iptables-legacy');
    if (own === undefined || old === undefined) return undefined;
    if (today && own.length > 0) shownAnew.add(family);
    legacyRead ||= old.length > 0 || (!today && own.length > 0);
    chains.push(...own, ...old);
  }
  const legacyTables = text('legacy').split('\n');
  if (legacyTables.includes('filter') && !legacyRead) return undefined;
  const rest = nft.chains.filter((chain) => !(chain.table === 'filter' && shownAnew.has(chain.family)));
  return { chains: [...rest, ...chains], sets: nft.sets };
}
