/** One step of the plan: how it stands, the decisive line, its words and its diffs. */
import { useEffect, useId, useRef, useState } from 'react';
import type { Step, StepState } from '../../../shared/domain/plan.ts';
import { asTask, stepStateWords } from '../../copy/words.ts';
import { BlastNote } from '../../ui/blast-note.tsx';
import { DiffView } from '../../ui/diff-view.tsx';
import { ErrorPanel } from '../../ui/error-panel.tsx';
import { Glyph, OutcomeMark } from '../../ui/marks.tsx';
import { duration } from '../../ui/time.ts';
import { OnlyWhatIsOurs, UndoButton } from '../undo/undo-button.tsx';
import { type LaneStep, settledStates } from './timeline.ts';

function StateMark({ state, number }: { readonly state: StepState; readonly number: number }) {
  switch (state) {
    case 'waiting':
      return <span className="step-mark step-mark-waiting">{number}</span>;
    case 'rehearsing':
    case 'applying':
    case 'verifying':
    case 'undoing':
      return <span className="step-mark step-mark-running" />;
    case 'done':
      return <OutcomeMark outcome="pass" size={20} />;
    case 'nothing-to-do':
    case 'skipped':
      return <OutcomeMark outcome="not-applicable" size={20} />;
    case 'undone':
      return (
        <span className="step-mark step-mark-undone">
          <Glyph name="undo" size={12} />
        </span>
      );
    case 'failed':
    case 'drifted':
      return <OutcomeMark outcome="error" size={20} />;
  }
}

const running: readonly StepState[] = ['rehearsing', 'applying', 'verifying', 'undoing'];

/** Only the step that restarts says so; one that is read at the start waits for it. */
function Disturbs({ step, hosts }: { readonly step: Step; readonly hosts: number }) {
  return step.blast === 'restart' && step.change.kind !== 'service-restart' ? (
    <span className="blast">Takes effect at the restart</span>
  ) : (
    <BlastNote blast={step.blast} hosts={hosts} outageSeconds={step.outageSeconds} />
  );
}

export function StepRow({
  lane,
  hosts,
  hostName,
  titleOf,
  open: openFirst,
  canUndo,
}: {
  readonly lane: LaneStep;
  /** How many hosts the plan is about. */
  readonly hosts: number;
  readonly hostName: string;
  readonly titleOf: (controlId: string) => string;
  readonly open: boolean;
  readonly canUndo: boolean;
}) {
  const [unfolded, setUnfolded] = useState<boolean>();
  const id = useId();
  const { step, state, progress } = lane;
  const open = unfolded ?? openFirst;
  const row = useRef<HTMLLIElement>(null);
  const works = running.includes(state);
  // Once, as it begins: who then looks elsewhere is left there.
  useEffect(() => {
    if (works) row.current?.scrollIntoView?.({ block: 'nearest' });
  }, [works]);
  const took =
    progress?.startedAt !== undefined && progress.finishedAt !== undefined
      ? duration(Date.parse(progress.finishedAt) - Date.parse(progress.startedAt))
      : '';
  return (
    <li ref={row} className={`step step-${state}`} data-testid="step" data-step={step.id} data-state={state}>
      <div className="step-line">
        <StateMark state={state} number={lane.number} />
        <div className="step-words">
          <p className="step-title">{asTask(step.title)}</p>
          <p className="step-facts">
            <span className={works ? 'step-state step-state-running' : 'step-state'}>
              {stepStateWords[state]}
            </span>
            {took !== '' && <span>{took}</span>}
            {!step.nothingToDo && !settledStates.includes(state) && step.blast !== 'none' && (
              <Disturbs step={step} hosts={hosts} />
            )}
            {step.guarded && step.blast !== 'access' && <span className="blast">Guarded</span>}
          </p>
        </div>
        <div className="step-actions">
          {canUndo && state === 'done' && (
            <UndoButton
              hostId={step.hostId}
              scope={{ type: 'step', planId: progress?.planId ?? '', stepId: step.id }}
              label="Undo this step"
              look="link"
            >
              <p>
                Bulwark will put back on {hostName} what was there before: {asTask(step.title)}
              </p>
              <OnlyWhatIsOurs />
            </UndoButton>
          )}
          <button
            type="button"
            className="text-button"
            aria-expanded={open}
            aria-controls={id}
            onClick={() => setUnfolded(!open)}
          >
            Details
            <span className="sr-only"> of step {lane.number}</span>
            <Glyph name={open ? 'chevron-down' : 'chevron-right'} size={12} />
          </button>
        </div>
      </div>
      {progress !== undefined && progress.note !== '' && <p className="step-note">{progress.note}</p>}
      {progress?.error !== undefined && <ErrorPanel error={progress.error} />}
      {open && (
        <div className="step-detail" id={id}>
          {step.words.length > 0 && (
            <ol className="steps-list">
              {step.words.map((words) => (
                <li key={words}>{asTask(words)}</li>
              ))}
            </ol>
          )}
          {step.controls.length > 0 && (
            <p className="small muted">Serves: {step.controls.map(titleOf).join(' · ')}</p>
          )}
          {step.diffs.map((diff) => (
            <DiffView key={diff.subject} diff={diff} />
          ))}
        </div>
      )}
    </li>
  );
}
