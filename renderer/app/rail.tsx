/** The eight steps with how they stand; below them what stands beside the path. */
import { useMemo } from 'react';
import { useMirrored } from '../bridge/context.tsx';
import { Glyph } from '../ui/marks.tsx';
import { describeStep, type StepStanding, standingWords, stepsOf } from './steps.ts';
import { goTo, useUi } from './ui-store.ts';

function StandingMark({ standing, number }: { readonly standing: StepStanding; readonly number: number }) {
  if (standing === 'done') {
    return (
      <span className="rail-mark rail-mark-done" aria-hidden="true">
        <Glyph name="check" size={12} />
      </span>
    );
  }
  return (
    <span className={`rail-mark rail-mark-${standing}`} aria-hidden="true">
      {standing === 'attention' ? '!' : number}
    </span>
  );
}

/** A place beside the path; `count` is shown when there is something. */
function Beside({
  place,
  glyph,
  label,
  shut = false,
  count = 0,
}: {
  readonly place: 'cluster' | 'history' | 'settings';
  readonly glyph: 'host' | 'clock' | 'gear';
  readonly label: string;
  readonly shut?: boolean;
  readonly count?: number;
}) {
  const screen = useUi((ui) => ui.screen);
  return (
    <li>
      <button
        type="button"
        className="rail-step"
        aria-current={screen === place ? 'page' : undefined}
        disabled={shut}
        onClick={() => goTo(place)}
      >
        <span className="rail-glyph">
          <Glyph name={glyph} />
        </span>
        <span className="rail-label">{label}</span>
        {count > 0 && <span className="rail-count">{count}</span>}
      </button>
    </li>
  );
}

export function Rail() {
  const mirrored = useMirrored();
  const screen = useUi((ui) => ui.screen);
  const state = mirrored.status === 'ready' ? mirrored.state : undefined;
  const steps = useMemo(() => (state === undefined ? [] : stepsOf(state)), [state]);
  const open = state?.workspace !== null && state !== undefined;
  const changes = state?.hosts.reduce((sum, host) => sum + host.history.length, 0) ?? 0;
  return (
    <nav className="rail" aria-label="Steps">
      <ol className="rail-steps">
        {steps.map((step, index) => (
          <li key={step.screen}>
            <button
              type="button"
              className="rail-step"
              aria-current={screen === step.screen ? 'step' : undefined}
              disabled={!open && step.screen !== 'report'}
              title={describeStep(step)}
              onClick={() => goTo(step.screen)}
            >
              <StandingMark standing={step.standing} number={index + 1} />
              <span className="rail-label">{step.label}</span>
              <span className="sr-only">{`, ${standingWords[step.standing]}`}</span>
              {step.count !== '' && <span className="rail-count">{step.count}</span>}
            </button>
          </li>
        ))}
      </ol>
      <ul className="rail-beside">
        <Beside place="cluster" glyph="host" label="Cluster" shut={!open} />
        <Beside place="history" glyph="clock" label="History" shut={!open} count={changes} />
        <Beside place="settings" glyph="gear" label="Settings" />
      </ul>
    </nav>
  );
}
