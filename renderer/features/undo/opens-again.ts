/** Whether taking something back lets everybody into Elasticsearch again. */
import type { Bridge } from '../../../shared/contract/derive.ts';
import type { HistoryItem } from '../../../shared/contract/state.ts';

export type UndoScope = Parameters<Bridge['call']['rollback']['start']>[0]['scope'];

/** Changes that closed an open node. */
const closed: readonly string[] = ['es-auto-configuration', 'es-own-certificates'];

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

/** @param history of one host */
export function opensAgain(history: readonly HistoryItem[], scope: UndoScope): boolean {
  return history.some((item) => item.canUndo && closed.includes(item.kind) && within(item, scope));
}
