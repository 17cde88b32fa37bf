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
        <li>
          <button
            type="button"
            className="rail-step"
            aria-current={screen === 'cluster' ? 'page' : undefined}
            disabled={!open}
            onClick={() => goTo('cluster')}
          >
            <span className="rail-glyph">
              <Glyph name="host" />
            </span>
            <span className="rail-label">Cluster</span>
          </button>
        </li>
        <li>
          <button
            type="button"
            className="rail-step"
            aria-current={screen === 'history' ? 'page' : undefined}
            disabled={!open}
            onClick={() => goTo('history')}
          >
            <span className="rail-glyph">
              <Glyph name="clock" />
            </span>
            <span className="rail-label">History</span>
            {changes > 0 && <span className="rail-count">{changes}</span>}
          </button>
        </li>
        <li>
          <button
            type="button"
            className="rail-step"
            aria-current={screen === 'settings' ? 'page' : undefined}
            onClick={() => goTo('settings')}
          >
            <span className="rail-glyph">
              <Glyph name="gear" />
            </span>
            <span className="rail-label">Settings</span>
          </button>
        </li>
      </ul>
    </nav>
  );
}
