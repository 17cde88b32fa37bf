/** What Bulwark did on a host, newest first, with the difference and the way back. */
import { useState } from 'react';
import { useUi } from '../../app/ui-store.ts';
import { useMain } from '../../bridge/context.tsx';
import { count } from '../../copy/words.ts';
import { OperationError } from '../../ui/operation-error.tsx';
import { EmptyState, Page } from '../../ui/page.tsx';
import { Button } from '../../ui/patternfly.ts';
import { ChangeDrawing } from '../start/drawings.tsx';
import { OnlyWhatIsOurs, UndoButton } from '../undo/undo-button.tsx';
import { ByHand } from './by-hand.tsx';
import { HistoryFilterBar } from './history-filter.tsx';
import { historyEntries, standingOf, wholeHistory } from './history-groups.ts';
import { HistoryList } from './history-list.tsx';

function inPlace(all: number, standing: number): string {
  if (all === 1) return standing === 1 ? 'in place' : 'not in place';
  return standing === all ? 'all of them in place' : `${standing === 0 ? 'none' : standing} of them in place`;
}

export function HistoryScreen() {
  const hosts = useMain((state) => state.hosts);
  const catalogue = useMain((state) => state.catalog);
  const wanted = useUi((ui) => ui.historyHost);
  const [filter, setFilter] = useState(wholeHistory);
  const withHistory = hosts.filter((host) => host.history.length + host.notes.length > 0);
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
  const titleOf = (controlId: string): string =>
    catalogue.find((words) => words.id === controlId)?.title ?? controlId;
  const entries = historyEntries(host, filter, titleOf);
  const { name } = host.host;
  const standing = host.history.filter((item) => standingOf(item) === 'standing').length;
  const open = host.history.filter((item) => standingOf(item) === 'open').length;
  const undoable = host.history.filter((item) => item.canUndo).length;
  const everywhere = withHistory.filter((one) => one.history.some((item) => item.canUndo));
  return (
    <Page
      title="History"
      answer={`${count(host.history.length, 'change')} on ${name}, ${inPlace(host.history.length, standing)}${open > 0 ? `, ${open} to be looked at` : ''}`}
      lead={<p>The journal is chained: a line that was altered or taken out is noticed.</p>}
      action={
        undoable > 0 && (
          <div className="button-row">
            <UndoButton
              hostId={host.host.id}
              scope={{ type: 'host' }}
              label={`Undo everything on ${name}`}
              action={`Undo ${count(undoable, 'change')}`}
              small={false}
            >
              <p>
                Bulwark will take back {count(undoable, 'change')} on {name}, the last one first, and restart
                what was restarted then.
              </p>
              <p>The host is then as open as it was before Bulwark.</p>
              <OnlyWhatIsOurs />
            </UndoButton>
            {everywhere.length > 1 && (
              <UndoButton
                scope={{ type: 'host' }}
                label={`Undo everything on ${everywhere.length} hosts`}
                look="link"
                small={false}
              >
                <p>
                  Bulwark will take back all it did on {everywhere.map((one) => one.host.name).join(', ')},
                  one host after the other, the last change first; nodes that were secured together go back
                  together. A host that cannot be reached does not stop the others.
                </p>
                <p>The hosts are then as open as they were before Bulwark.</p>
              </UndoButton>
            )}
          </div>
        )
      }
      blast={
        host.connection === 'connected' || undoable === 0 ? undefined : 'Undoing connects to the host first.'
      }
    >
      <OperationError kinds={['rollback', 'recover']} />
      <HistoryFilterBar hosts={withHistory} host={host} filter={filter} onFilter={setFilter} />
      {entries.length === 0 ? (
        <EmptyState
          title="Nothing fits"
          action={
            <Button variant="secondary" onClick={() => setFilter(wholeHistory)}>
              Show the whole history
            </Button>
          }
        >
          No change on {name} has these words and stands like this.
        </EmptyState>
      ) : (
        <HistoryList entries={entries} host={host} titleOf={titleOf} />
      )}
      {host.undoByHand !== undefined && <ByHand command={host.undoByHand} hostName={name} />}
    </Page>
  );
}
