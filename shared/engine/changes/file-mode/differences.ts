/** What a file-mode change shows before it is applied. */
import type { ChangeOf, Diff } from '../../../domain/change.ts';
import type { WantedEntry } from './wanted.ts';

type Change = ChangeOf<'file-mode'>;

const maxShown = 40;

export function describeEntry(entry: {
  readonly owner: string;
  readonly group: string;
  readonly mode: string;
}): string {
  return `${entry.owner}:${entry.group} ${entry.mode}`;
}

/** Paths that the change names one by one; what lies below a folder counted by what becomes of it, not as hundreds of lines. */
export function diffsOf(change: Change, wrong: readonly WantedEntry[]): readonly Diff[] {
  const named = new Set(change.entries.map((entry) => entry.path));
  const shown: Diff[] = [];
  const groups = new Map<string, { readonly first: WantedEntry; count: number }>();
  for (const one of wrong) {
    const { before, after } = inWords(one);
    if (named.has(one.now.path)) {
      shown.push({ subject: one.now.path, before: describeEntry(one.now), after: describeEntry(one) });
      continue;
    }
    const root = rootOf(change, one.now.path);
    const key = `${root}\n${before}\n${after}`;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, { first: one, count: 1 });
    else group.count += 1;
  }
  for (const { first, count } of groups.values()) {
    const subject = count === 1 ? first.now.path : `${count} paths below ${rootOf(change, first.now.path)}`;
    shown.push({ subject, ...inWords(first) });
  }
  return shown.slice(0, maxShown);
}

function rootOf(change: Change, path: string): string {
  return (
    change.entries.findLast((entry) => entry.below !== undefined && path.startsWith(`${entry.path}/`))
      ?.path ?? path
  );
}

/** Modes are left out where they stay: only what differs makes groups apart. */
function inWords(one: WantedEntry): { readonly before: string; readonly after: string } {
  return one.now.mode === one.mode
    ? {
        before: `${one.now.owner}:${one.now.group}, modes as they are`,
        after: `${one.owner}:${one.group}, modes as they are`,
      }
    : { before: describeEntry(one.now), after: describeEntry(one) };
}
