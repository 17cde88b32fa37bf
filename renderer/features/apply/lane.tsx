/** One host's steps in the order they run. */
import { useState } from 'react';
import { useMain } from '../../bridge/context.tsx';
import { count } from '../../copy/words.ts';
import { Glyph } from '../../ui/marks.tsx';
import { UndoButton } from '../undo/undo-button.tsx';
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
  const catalogue = useMain((state) => state.catalog);
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
          <UndoButton
            hostId={lane.hostId}
            scope={{ type: 'plan', planId }}
            label={`Undo all of this on ${lane.hostName}`}
            title={`Undo ${count(done, 'change')} on ${lane.hostName}`}
            action={`Undo ${count(done, 'change')}`}
            keyed
          >
            <p>
              Bulwark will put back on {lane.hostName} what was there before this plan, the last step first.
              Services that were restarted are restarted again.
            </p>
            {lane.steps.some(({ step }) => step.together !== undefined) && (
              <p>
                What all nodes of the cluster did together goes back on all of them together: the whole
                cluster is away meanwhile.
              </p>
            )}
            <p>The host is then as open as it was before.</p>
          </UndoButton>
        )}
      </div>
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
    </section>
  );
}
