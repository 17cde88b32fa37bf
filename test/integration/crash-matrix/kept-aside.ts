/** The one thing that may stand beside the old state: what an undoing keeps on purpose because it cannot be asked, and names. */
import { type Cell, type KeptAside, withoutNames } from './contract.ts';

/**
 * What the witness saw without the kept thing: exactly one line, of exactly this path, with the type, owner and mode of what it was
 * before (nothing for others), and only where the undoing named this path. Anything else stays in it.
 * @param notes of what was undone
 */
export function withoutKept(
  seen: string,
  kept: KeptAside | undefined,
  { fault }: Pick<Cell, 'fault'>,
  notes: readonly string[],
): { readonly seen: string; readonly kept?: string } {
  if (kept?.faults.includes(fault) !== true) return { seen };
  const told = notes.some((note) => withoutNames(note).includes(` is kept on the host as ${kept.path};`));
  const lines = seen.split('\n');
  const of = (path: string) => lines.filter((line) => line.endsWith(` ${path}`));
  const [was, ...more] = of(kept.of);
  // The new directory is as its predecessor was, and closed to others.
  const line = was?.slice(0, -kept.of.length).replace(/\d $/, '0 ').concat(kept.path);
  if (!told || line === undefined || more.length > 0 || of(kept.path).join('\n') !== line) return { seen };
  return { seen: lines.filter((one) => one !== line).join('\n'), kept: kept.path };
}
