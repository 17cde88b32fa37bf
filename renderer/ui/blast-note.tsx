import type { Blast } from '../../shared/domain/change.ts';
import { blastWords } from '../copy/words.ts';

/** A chip with what a change may disturb. */
export function BlastNote({ blast }: { readonly blast: Blast }) {
  return <span className={`blast blast-${blast}`}>{blastWords[blast]}</span>;
}
