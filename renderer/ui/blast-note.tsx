import type { Blast } from '../../shared/domain/change.ts';
import { blastOn } from '../copy/words.ts';

/** A chip with what a change may disturb. */
export function BlastNote({
  blast,
  hosts,
}: {
  readonly blast: Blast;
  /** How many hosts it is about. */
  readonly hosts: number;
}) {
  return <span className={`blast blast-${blast}`}>{blastOn(blast, hosts)}</span>;
}
