/** What a rollback did, as text. */
import { opensAgainWords } from '../../shared/contract/opens-again.ts';
import type { HistoryItem } from '../../shared/contract/state.ts';
import type { Host } from '../../shared/domain/host.ts';
import { plain } from './words.ts';

export type RolledBack = Pick<HistoryItem, 'planId' | 'stepId' | 'title' | 'result' | 'note' | 'opens'> & {
  readonly hostId: string;
};

/**
 * @param involved hosts whose history has something in the scope that was named
 * @param items what this run took back or could not; `opens` only where it is undone
 */
export function rolledBackText(
  involved: readonly Pick<Host, 'id' | 'name'>[],
  items: readonly RolledBack[],
): string {
  if (items.length === 0)
    return involved.length === 0
      ? 'There is nothing to take back.'
      : 'There is nothing left to take back: all of it was taken back before.';
  const open = involved.flatMap(({ id, name }) =>
    items.flatMap(({ hostId, opens }) =>
      hostId === id && opens !== undefined ? [`${name}: ${opensAgainWords[opens]}`] : [],
    ),
  );
  return plain(
    [
      ...items.map(
        ({ planId, stepId, title, result, note }) =>
          `${result.padEnd(10)} ${planId}/${stepId}  ${title}  ${note}`,
      ),
      ...new Set(open),
    ].join('\n'),
  );
}
