/** From the finding itself: takes back every step that served it on this host. */
import type { Finding } from '../../../shared/domain/finding.ts';
import { useMain } from '../../bridge/context.tsx';
import { asTask, count } from '../../copy/words.ts';
import { OnlyWhatIsOurs, UndoButton } from '../undo/undo-button.tsx';

export function UndoFix({ finding }: { readonly finding: Finding }) {
  const host = useMain((state) => state.hosts.find((one) => one.host.id === finding.hostId));
  const catalogue = useMain((state) => state.catalog);
  const served =
    host?.history.filter((item) => item.canUndo && item.controls.includes(finding.controlId)) ?? [];
  if (host === undefined || served.length === 0) return null;
  const others = [...new Set(served.flatMap((item) => item.controls))].filter(
    (id) => id !== finding.controlId,
  );
  const titleOf = (id: string): string => catalogue.find((words) => words.id === id)?.title ?? id;
  return (
    <UndoButton
      hostId={finding.hostId}
      scope={{ type: 'finding', controlId: finding.controlId }}
      label="Undo this fix"
      title={`Undo this fix on ${host.host.name}`}
      action={`Undo ${count(served.length, 'change')}`}
      small={false}
      keyed
    >
      <p>Bulwark will take back on {host.host.name}, the last one first:</p>
      <ul>
        {served.map((item) => (
          <li key={item.sequence}>{asTask(item.title)}</li>
        ))}
      </ul>
      {others.length > 0 && <p>The same changes also served: {others.map(titleOf).join(' · ')}</p>}
      <OnlyWhatIsOurs />
    </UndoButton>
  );
}
