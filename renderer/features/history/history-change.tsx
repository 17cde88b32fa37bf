/** One change of a host: what, how it stands, its difference, and the way back. */
import { useId, useState } from 'react';
import type { HistoryItem, HostState } from '../../../shared/contract/state.ts';
import { asTask } from '../../copy/words.ts';
import { DiffView } from '../../ui/diff-view.tsx';
import { Glyph, OutcomeMark } from '../../ui/marks.tsx';
import { dayAndTime, exactTime } from '../../ui/time.ts';
import { OnlyWhatIsOurs, UndoButton } from '../undo/undo-button.tsx';

const results: Readonly<
  Record<
    HistoryItem['result'],
    { readonly words: string; readonly outcome: 'pass' | 'error' | 'unknown' | 'not-applicable' }
  >
> = {
  done: { words: 'In place', outcome: 'pass' },
  failed: { words: 'Failed', outcome: 'error' },
  undone: { words: 'Undone', outcome: 'not-applicable' },
  drifted: { words: 'Changed by somebody else since', outcome: 'error' },
  unknown: { words: 'Outcome not known', outcome: 'unknown' },
  'not-reversible': { words: 'In place, cannot be taken back', outcome: 'pass' },
  'undone-after-failure': { words: 'Failed and put back', outcome: 'not-applicable' },
};

function Standing({ item }: { readonly item: HistoryItem }) {
  const { undo, note, result } = item;
  // What every change says that worked need not be read on each of them.
  const tells = note !== '' && result !== 'done' && result !== 'undone';
  return (
    <p className="small muted">
      {results[result].words}
      {undo !== undefined && (result === 'undone' || result === 'drifted') && (
        <>
          {result === 'undone' ? ' ' : ', found '}
          <time dateTime={undo.at} title={exactTime(undo.at)}>
            {dayAndTime(undo.at)}
          </time>
          {undo.operator !== item.operator && ` by ${undo.operator}`}
        </>
      )}
      {tells && ` · ${note}`}
    </p>
  );
}

export function HistoryChange({
  item,
  host,
  first,
  titleOf,
}: {
  readonly item: HistoryItem;
  readonly host: HostState;
  /** U undoes this one. */
  readonly first: boolean;
  readonly titleOf: (controlId: string) => string;
}) {
  const [open, setOpen] = useState(false);
  const id = useId();
  return (
    <li className="history-item" data-testid="history-item" data-result={item.result} data-step={item.stepId}>
      <div className="history-line">
        <OutcomeMark outcome={results[item.result].outcome} size={18} />
        <div className="history-words">
          <p className="strong">{asTask(item.title)}</p>
          <Standing item={item} />
        </div>
        <div className="step-actions">
          {item.canUndo && (
            <UndoButton
              hostId={host.host.id}
              scope={{ type: 'step', planId: item.planId, stepId: item.stepId }}
              label="Undo this"
              look="link"
              keyed={first}
            >
              <p>
                Bulwark will put back on {host.host.name} what was there before: {asTask(item.title)}
              </p>
              <OnlyWhatIsOurs />
            </UndoButton>
          )}
          <button
            type="button"
            className="text-button"
            aria-expanded={open}
            aria-controls={id}
            onClick={() => setOpen(!open)}
          >
            {item.diffs.length > 0 ? 'Difference' : 'Details'}
            <Glyph name={open ? 'chevron-down' : 'chevron-right'} size={12} />
          </button>
        </div>
      </div>
      {open && (
        <div className="history-more" id={id}>
          {item.controls.length > 0 && (
            <p className="small muted">Serves: {item.controls.map(titleOf).join(' · ')}</p>
          )}
          <p className="small muted">
            <time dateTime={item.at} title={exactTime(item.at)}>
              {dayAndTime(item.at)}
            </time>{' '}
            by {item.operator}
            {item.note !== '' && ` · ${item.note}`}
          </p>
          {item.diffs.map((diff) => (
            <DiffView key={diff.subject} diff={diff} />
          ))}
        </div>
      )}
    </li>
  );
}
