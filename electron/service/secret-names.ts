/** What the vault's entries are called: whoever wrote them down knew hosts by their ids only. */
import type { Host } from '../../shared/domain/host.ts';

export function named<T extends { readonly about: string }>(
  entries: readonly T[],
  hosts: readonly Pick<Host, 'id' | 'name'>[],
): readonly T[] {
  // The longest first: an id may be the beginning of another.
  const known = hosts.toSorted((left, right) => right.id.length - left.id.length);
  return entries.map((entry) => ({
    ...entry,
    about: known.reduce((about, { id, name }) => about.replaceAll(id, () => name), entry.about),
  }));
}
