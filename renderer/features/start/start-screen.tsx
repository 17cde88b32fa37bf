/** Where the operator begins: recent workspaces, a new one, or a report to check. */
import { useState } from 'react';
import type { AppState } from '../../../shared/contract/state.ts';
import { goTo } from '../../app/ui-store.ts';
import { useCall, useClient, useMain } from '../../bridge/context.tsx';
import { count, deploymentShort } from '../../copy/words.ts';
import { ErrorPanel } from '../../ui/error-panel.tsx';
import { Glyph } from '../../ui/marks.tsx';
import { OutcomeBar, OutcomeNumbers } from '../../ui/outcomes.tsx';
import { Page } from '../../ui/page.tsx';
import { Button } from '../../ui/patternfly.ts';
import { dayAndTime, exactTime } from '../../ui/time.ts';
import { HowItWorks } from './how-it-works.tsx';
import { NewWorkspace } from './new-workspace.tsx';

type Recent = AppState['recents'][number];

function RecentWorkspace({ recent, onOpen }: { readonly recent: Recent; readonly onOpen: () => void }) {
  return (
    <li className="recent">
      <div className="recent-words">
        <h2>{recent.name}</h2>
        <p className="small muted">
          {deploymentShort[recent.deployment]} · {count(recent.hosts, 'host')} ·{' '}
          {recent.lastAssessed === undefined ? (
            'not assessed yet'
          ) : (
            <time dateTime={recent.lastAssessed} title={exactTime(recent.lastAssessed)}>
              assessed {dayAndTime(recent.lastAssessed)}
            </time>
          )}
        </p>
      </div>
      <div className="recent-posture">
        <OutcomeBar counts={recent.counts} label={`Outcomes in ${recent.name}`} />
        {recent.lastAssessed !== undefined && <OutcomeNumbers counts={recent.counts} />}
      </div>
      <Button variant="secondary" aria-label={`Open ${recent.name}`} onClick={onOpen}>
        Open
      </Button>
    </li>
  );
}

export function StartScreen() {
  const client = useClient();
  const recents = useMain((state) => state.recents);
  const workspace = useMain((state) => state.workspace);
  const [making, setMaking] = useState(false);
  const open = useCall(client.workspace.open);
  const verify = useCall(client.report.verify);
  if (making) return <NewWorkspace onBack={() => setMaking(false)} />;
  const openRecent = async (id: string): Promise<void> => {
    if ((await open.run({ id })) !== undefined) goTo('hosts');
  };
  const verifyReport = async (): Promise<void> => {
    if ((await verify.run({})) !== undefined) goTo('report');
  };
  const error = open.error ?? verify.error;
  return (
    <Page
      title="Start"
      answer={
        recents.length === 0
          ? 'From open to hardened in one sitting, with a way back from every step'
          : 'Which deployment do you want to work on?'
      }
      lead={
        recents.length === 0 && (
          <p>Bulwark hardens Elasticsearch on hosts that you run, and proves what it did.</p>
        )
      }
      action={
        <div className="button-row">
          <Button variant="secondary" icon={<Glyph name="check" />} onClick={() => void verifyReport()}>
            Verify a report
          </Button>
          <Button variant="primary" icon={<Glyph name="plus" />} onClick={() => setMaking(true)}>
            New workspace
          </Button>
        </div>
      }
      blast="Nothing is touched yet."
    >
      {error !== undefined && <ErrorPanel error={error} />}
      {recents.length > 0 && (
        <ul className="recents" aria-label="Recent workspaces">
          {recents.map((recent) => (
            <RecentWorkspace
              key={recent.id}
              recent={recent}
              onOpen={() => (recent.id === workspace?.id ? goTo('hosts') : void openRecent(recent.id))}
            />
          ))}
        </ul>
      )}
      <HowItWorks brief={recents.length > 0} />
    </Page>
  );
}
