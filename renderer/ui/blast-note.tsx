import type { Blast } from '../../shared/domain/change.ts';
import { blastOn } from '../copy/words.ts';

/** A chip with what a change may disturb. */
export function BlastNote({
  blast,
  hosts,
  outageSeconds = 0,
}: {
  readonly blast: Blast;
  /** How many hosts it is about. */
  readonly hosts: number;
  /** Of one node; 0 where it is not known. */
  readonly outageSeconds?: number | undefined;
}) {
  return <span className={`blast blast-${blast}`}>{blastOn(blast, hosts, outageSeconds)}</span>;
}
