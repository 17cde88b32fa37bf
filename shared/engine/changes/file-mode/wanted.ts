/** What a file-mode change wants for every path of the trees it names: pure. */
import type { ChangeOf } from '../../../domain/change.ts';
import type { TreeEntry } from '../../host-trees.ts';

type Change = ChangeOf<'file-mode'>;

export interface WantedEntry {
  readonly now: TreeEntry;
  readonly owner: string;
  readonly group: string;
  /** Four octal digits; of a symbolic link the mode it has (it cannot be changed and means nothing). */
  readonly mode: string;
}

function fourDigits(mode: string): string {
  return mode.padStart(4, '0');
}

/**
 * An entry for the path itself outranks a `below` above it, and a deeper `below` outranks a shallower one.
 * `trees` holds the listing of each entry's path, in the entries' order.
 */
export function wantedEntries(
  change: Change,
  trees: readonly (readonly TreeEntry[])[],
): ReadonlyMap<string, WantedEntry> {
  const wanted = new Map<string, WantedEntry>();
  const paired = change.entries.map((entry, index) => ({ entry, tree: trees[index] ?? [] }));
  const shallowFirst = paired.toSorted((left, right) => left.entry.path.length - right.entry.path.length);
  for (const { entry, tree } of shallowFirst) {
    const { below } = entry;
    if (below === undefined) {
      continue;
    }
    for (const now of tree) {
      if (now.path === entry.path) {
        continue;
      }
      const there = wanted.get(now.path);
      const mode =
        now.type === 'directory' ? below.directoryMode : now.type === 'file' ? below.fileMode : undefined;
      wanted.set(now.path, {
        now,
        owner: below.owner ?? there?.owner ?? now.owner,
        group: below.group ?? there?.group ?? now.group,
        mode: mode === undefined ? (there?.mode ?? now.mode) : fourDigits(mode),
      });
    }
  }
  for (const { entry, tree } of paired) {
    const now = tree.find((one) => one.path === entry.path);
    if (now === undefined) {
      continue;
    }
    const there = wanted.get(entry.path);
    wanted.set(entry.path, {
      now,
      owner: entry.owner ?? there?.owner ?? now.owner,
      group: entry.group ?? there?.group ?? now.group,
      mode:
        entry.mode === undefined || now.type === 'symlink'
          ? (there?.mode ?? now.mode)
          : fourDigits(entry.mode),
    });
  }
  return wanted;
}

export function isRight({ now, owner, group, mode }: WantedEntry): boolean {
  return now.owner === owner && now.group === group && now.mode === mode;
}
