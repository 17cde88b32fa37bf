/** What taking something back opens again, as sentences for the question before it. */
import type { Bridge } from '../../../shared/contract/derive.ts';
import { opensAgainWords } from '../../../shared/contract/opens-again.ts';
import type { HistoryItem } from '../../../shared/contract/state.ts';

export type UndoScope = Parameters<Bridge['call']['rollback']['start']>[0]['scope'];

function within(item: HistoryItem, scope: UndoScope): boolean {
  switch (scope.type) {
    case 'step':
      return item.planId === scope.planId && item.stepId === scope.stepId;
    case 'plan':
      return item.planId === scope.planId;
    case 'finding':
      return item.controls.includes(scope.controlId);
    case 'host':
      return true;
  }
}

/** @param histories of the hosts that are asked */
export function opensAgain(
  histories: readonly (readonly HistoryItem[])[],
  scope: UndoScope,
): readonly string[] {
  const items = histories.flat().filter((item) => item.canUndo && within(item, scope));
  const nodes = Math.max(1, ...items.map((item) => item.nodes ?? 1));
  return [
    ...(nodes > 1 ? [`All ${nodes} nodes of the cluster go back together and are away meanwhile.`] : []),
    ...new Set(items.flatMap(({ opens }) => (opens === undefined ? [] : [opensAgainWords[opens]]))),
  ];
}
