/** The plans that changed a host, each with its changes and its way back, and the notes in between. */
import type { HostState } from '../../../shared/contract/state.ts';
import { count } from '../../copy/words.ts';
import { Glyph } from '../../ui/marks.tsx';
import { dayAndTime, exactTime } from '../../ui/time.ts';
import { OnlyWhatIsOurs, UndoButton } from '../undo/undo-button.tsx';
import { HistoryChange } from './history-change.tsx';
import type { HistoryEntry } from './history-groups.ts';

type PlanEntry = Extract<HistoryEntry, { readonly type: 'plan' }>;

function PlanHead({ plan, host }: { readonly plan: PlanEntry; readonly host: HostState }) {
  // The filter hides changes from sight, not from the plan.
  const undoable = host.history.filter((item) => item.planId === plan.planId && item.canUndo).length;
  return (
    <div className="history-plan-head">
      <h2>
        <time dateTime={plan.at} title={exactTime(plan.at)}>
          {dayAndTime(plan.at)}
        </time>
      </h2>
      <p className="small muted">
        {plan.operator} · {count(plan.items.length, 'change')} · plan{' '}
        <span className="mono">{plan.digest.slice(0, 12)}</span>
      </p>
      {undoable > 1 && (
        <UndoButton
          hostId={host.host.id}
          scope={{ type: 'plan', planId: plan.planId }}
          label="Undo this plan"
          title={`Undo ${count(undoable, 'change')} of this plan on ${host.host.name}`}
          action={`Undo ${count(undoable, 'change')}`}
          look="link"
        >
          <p>
            Bulwark will put back on {host.host.name} what was there before this plan, the last step first.
            Services that were restarted are restarted again.
          </p>
          <OnlyWhatIsOurs />
        </UndoButton>
      )}
    </div>
  );
}

export function HistoryList({
  entries,
  host,
  titleOf,
}: {
  readonly entries: readonly HistoryEntry[];
  readonly host: HostState;
  readonly titleOf: (controlId: string) => string;
}) {
  const first = entries
    .flatMap((entry) => (entry.type === 'plan' ? entry.items : []))
    .find((item) => item.canUndo);
  return (
    <ol className="history sheet" aria-label={`Changes on ${host.host.name}`}>
      {entries.map((entry) =>
        entry.type === 'note' ? (
          <li key={`note ${entry.sequence}`} className="history-note" data-testid="history-note">
            <Glyph name="note" size={16} />
            <div className="history-words">
              <p>{entry.note.text}</p>
              <p className="small muted">
                <time dateTime={entry.note.at} title={exactTime(entry.note.at)}>
                  {dayAndTime(entry.note.at)}
                </time>{' '}
                · {entry.note.operator}
              </p>
            </div>
          </li>
        ) : (
          <li key={`plan ${entry.planId}`} className="history-plan" data-plan={entry.planId}>
            <PlanHead plan={entry} host={host} />
            <ol>
              {entry.items.map((item) => (
                <HistoryChange
                  key={item.sequence}
                  item={item}
                  host={host}
                  first={item === first}
                  titleOf={titleOf}
                />
              ))}
            </ol>
          </li>
        ),
      )}
    </ol>
  );
}
