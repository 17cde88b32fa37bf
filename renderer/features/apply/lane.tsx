/** One host's steps in the order they run. */
import { useState } from 'react';
import { useCall, useClient, useMain } from '../../bridge/context.tsx';
import { count } from '../../copy/words.ts';
import { ErrorPanel } from '../../ui/error-panel.tsx';
import { Glyph } from '../../ui/marks.tsx';
import { Button } from '../../ui/patternfly.ts';
import { Confirm } from './confirm.tsx';
import { StepRow } from './step-row.tsx';
import type { Lane, Phase } from './timeline.ts';

export function LaneView({
  lane,
  hosts,
  planId,
  phase,
}: {
  readonly lane: Lane;
  /** How many hosts the plan is about. */
  readonly hosts: number;
  readonly planId: string;
  readonly phase: Phase;
}) {
  const client = useClient();
  const catalogue = useMain((state) => state.catalog);
  const undo = useCall(client.rollback.start);
  const [asking, setAsking] = useState(false);
  const [unfolded, setUnfolded] = useState(lane.steps.length <= 2 && phase === 'ready');
  const titleOf = (controlId: string): string =>
    catalogue.find((words) => words.id === controlId)?.title ?? controlId;
  const done = lane.steps.filter((step) => step.state === 'done').length;
  const idle = phase === 'finished' || phase === 'ready';
  return (
    <section className="lane" aria-labelledby={`lane-${lane.hostId}`}>
      <div className="lane-head">
        <Glyph name="host" />
        <h2 id={`lane-${lane.hostId}`}>{lane.hostName}</h2>
        <span className="small muted">{count(lane.steps.length, 'step')}</span>
        <button
          type="button"
          className="text-button lane-fold"
          aria-pressed={unfolded}
          onClick={() => setUnfolded(!unfolded)}
        >
          {unfolded ? 'Hide every difference' : 'Show every difference'}
        </button>
        {idle && done > 0 && (
          <Button
            variant="secondary"
            size="sm"
            data-key="u"
            isDisabled={undo.pending}
            icon={<Glyph name="undo" size={14} />}
            onClick={() => setAsking(true)}
          >
            Undo all of this on {lane.hostName}
          </Button>
        )}
      </div>
      {undo.error !== undefined && <ErrorPanel error={undo.error} onDismiss={undo.dismiss} />}
      <ol className="lane-steps" aria-label={`Steps on ${lane.hostName}`}>
        {lane.steps.map((step) => (
          <StepRow
            key={`${step.step.id} ${unfolded}`}
            lane={step}
            hosts={hosts}
            hostName={lane.hostName}
            titleOf={titleOf}
            open={unfolded && !step.step.nothingToDo}
            canUndo={idle}
          />
        ))}
      </ol>
      {asking && (
        <Confirm
          title={`Undo ${count(done, 'change')} on ${lane.hostName}`}
          action={`Undo ${count(done, 'change')}`}
          onConfirm={() => void undo.run({ hostId: lane.hostId, scope: { type: 'plan', planId } })}
          onClose={() => setAsking(false)}
        >
          <p>
            Bulwark will put back on {lane.hostName} what was there before this plan, the last step first.
            Services that were restarted are restarted again.
          </p>
          <p>The host is then as open as it was before.</p>
        </Confirm>
      )}
    </section>
  );
}
