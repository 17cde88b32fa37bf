/** The last failed operation of some kinds, until it is put away or succeeds. */
import type { Operation } from '../../shared/domain/operation.ts';
import { useUi } from '../app/ui-store.ts';
import { useMain } from '../bridge/context.tsx';
import { ErrorPanel } from './error-panel.tsx';

export function OperationError({ kinds }: { readonly kinds: readonly Operation['kind'][] }) {
  const operations = useMain((state) => state.operations);
  const putAway = useUi((ui) => ui.putAway);
  const last = operations
    .filter((work) => kinds.includes(work.kind))
    .reduce<Operation | undefined>(
      (latest, work) => (latest === undefined || work.startedAt >= latest.startedAt ? work : latest),
      undefined,
    );
  if (last?.state !== 'failed' || last.error === undefined || putAway.includes(last.id)) return null;
  return (
    <ErrorPanel
      error={last.error}
      onDismiss={() => useUi.setState((ui) => ({ putAway: [...ui.putAway, last.id] }))}
    />
  );
}
