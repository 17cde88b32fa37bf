/** What Bulwark did on a host, newest first, with the difference and the way back. */
import { useState } from 'react';
import type { HistoryItem, HostState } from '../../../shared/contract/state.ts';
import { useUi } from '../../app/ui-store.ts';
import { useCall, useClient, useMain } from '../../bridge/context.tsx';
import { asTask, count } from '../../copy/words.ts';
import { DiffView } from '../../ui/diff-view.tsx';
import { ErrorPanel } from '../../ui/error-panel.tsx';
import { Glyph, OutcomeMark } from '../../ui/marks.tsx';
import { OperationError } from '../../ui/operation-error.tsx';
import { EmptyState, Page } from '../../ui/page.tsx';
import { Button } from '../../ui/patternfly.ts';
import { dayAndTime, exactTime } from '../../ui/time.ts';
import { Confirm } from '../apply/confirm.tsx';
import { ChangeDrawing } from '../start/drawings.tsx';

const results: Readonly<
  Record<
    HistoryItem['result'],
    { readonly words: string; readonly outcome: 'pass' | 'error' | 'unknown' | 'not-applicable' }
  >
> = {
  done: { words: 'Done', outcome: 'pass' },
  failed: { words: 'Failed', outcome: 'error' },
  undone: { words: 'Undone', outcome: 'not-applicable' },
  drifted: { words: 'Changed by somebody else since', outcome: 'error' },
  unknown: { words: 'Outcome not known', outcome: 'unknown' },
  'undone-after-failure': { words: 'Failed and put back', outcome: 'not-applicable' },
};

function Item({
  item,
  host,
  first,
}: {
  readonly item: HistoryItem;
  readonly host: HostState;
  readonly first: boolean;
}) {
  const client = useClient();
  const undo = useCall(client.rollback.start);
  const [open, setOpen] = useState(false);
  const [asking, setAsking] = useState(false);
  const result = results[item.result];
  return (
    <li className="history-item" data-testid="history-item" data-result={item.result} data-step={item.stepId}>
      <div className="history-line">
        <OutcomeMark outcome={result.outcome} size={18} />
        <div className="history-words">
          <p className="strong">{asTask(item.title)}</p>
          <p className="small muted">
            {result.words} ·{' '}
            <time dateTime={item.at} title={exactTime(item.at)}>
              {dayAndTime(item.at)}
            </time>{' '}
            · {item.operator}
            {item.note !== '' && ` · ${item.note}`}
          </p>
        </div>
        <div className="step-actions">
          {item.diffs.length > 0 && (
            <button type="button" className="text-button" aria-expanded={open} onClick={() => setOpen(!open)}>
              Difference
              <Glyph name={open ? 'chevron-down' : 'chevron-right'} size={12} />
            </button>
          )}
          {item.canUndo && (
            <Button
              variant="secondary"
              size="sm"
              {...(first ? { 'data-key': 'u' } : {})}
              isDisabled={undo.pending}
              onClick={() => setAsking(true)}
            >
              Undo this
            </Button>
          )}
        </div>
      </div>
      {undo.error !== undefined && <ErrorPanel error={undo.error} onDismiss={undo.dismiss} />}
      {open && item.diffs.map((diff) => <DiffView key={diff.subject} diff={diff} />)}
      {asking && (
        <Confirm
          title="Undo this"
          action="Undo this"
          onConfirm={() =>
            void undo.run({
              hostId: host.host.id,
              scope: { type: 'step', planId: item.planId, stepId: item.stepId },
            })
          }
          onClose={() => setAsking(false)}
        >
          <p>
            Bulwark will put back on {host.host.name} what was there before: {asTask(item.title)}
          </p>
          <p>
            Only what is still as Bulwark left it is put back. If somebody changed it since, you are asked.
          </p>
        </Confirm>
      )}
    </li>
  );
}

export function HistoryScreen() {
  const client = useClient();
  const hosts = useMain((state) => state.hosts);
  const wanted = useUi((ui) => ui.historyHost);
  const undo = useCall(client.rollback.start);
  const [asking, setAsking] = useState(false);
  const withHistory = hosts.filter((host) => host.history.length > 0);
  const host = withHistory.find((entry) => entry.host.id === wanted) ?? withHistory[0];
  if (host === undefined) {
    return (
      <Page title="History" answer="Bulwark has not changed anything">
        <EmptyState drawing={<ChangeDrawing />} title="No change yet">
          Every change is written down here before a host is touched, with the difference and the way back.
        </EmptyState>
      </Page>
    );
  }
  const items = host.history.toSorted((a, b) => b.sequence - a.sequence);
  const standing = items.filter((item) => item.result === 'done').length;
  const undoable = items.filter((item) => item.canUndo);
  return (
    <Page
      title="History"
      answer={`${count(items.length, 'change')} on ${host.host.name}, ${standing} of them standing`}
      lead={<p>The journal is chained: a line that was altered or taken out is noticed.</p>}
      action={
        undoable.length > 0 && (
          <Button
            variant="secondary"
            icon={<Glyph name="undo" size={14} />}
            isDisabled={undo.pending}
            onClick={() => setAsking(true)}
          >
            Undo everything on {host.host.name}
          </Button>
        )
      }
      blast={host.connection === 'connected' ? undefined : 'Connect the host to undo something.'}
    >
      {undo.error !== undefined && <ErrorPanel error={undo.error} onDismiss={undo.dismiss} />}
      <OperationError kinds={['rollback', 'recover']} />
      {withHistory.length > 1 && (
        <fieldset className="chips">
          <legend className="sr-only">Host</legend>
          {withHistory.map((entry) => (
            <label key={entry.host.id} className="chip-choice">
              <input
                type="radio"
                name="history-host"
                checked={entry.host.id === host.host.id}
                onChange={() => useUi.setState({ historyHost: entry.host.id })}
              />
              {entry.host.name}
            </label>
          ))}
        </fieldset>
      )}
      <ol className="history sheet" aria-label={`Changes on ${host.host.name}`}>
        {items.map((item) => (
          <Item
            key={`${item.planId} ${item.stepId} ${item.sequence}`}
            item={item}
            host={host}
            first={item === undoable[0]}
          />
        ))}
      </ol>
      {asking && (
        <Confirm
          title={`Undo everything on ${host.host.name}`}
          action={`Undo ${count(undoable.length, 'change')}`}
          onConfirm={() => void undo.run({ hostId: host.host.id, scope: { type: 'host' } })}
          onClose={() => setAsking(false)}
        >
          <p>
            Bulwark will take back {count(undoable.length, 'change')} on {host.host.name}, the last one first,
            and restart what was restarted then.
          </p>
          <p>The host is then as open as it was before Bulwark.</p>
        </Confirm>
      )}
    </Page>
  );
}
