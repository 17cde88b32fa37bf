/** What a cancel means for the host: inside a change, and for the plan as a whole. */
import type { Change } from '../domain/change.ts';
import { type AppError, appError } from '../domain/error.ts';
import type { StepProgress } from '../domain/operation.ts';
import type { Step } from '../domain/plan.ts';

/**
 * A command that a cancel stopped did nothing, but those before it may have. A restart knows by itself how far it came, and
 * a password has no way back that could be tried.
 */
export function cancelledMidway(change: Change, error: AppError): AppError {
  const knows = change.kind === 'service-restart' || change.kind === 'es-password';
  return error.code === 'CANCELLED' && error.hostState === 'unchanged' && !knows
    ? { ...error, hostState: 'unknown' }
    : error;
}

const inside: Readonly<Record<NonNullable<AppError['hostState']>, string>> = {
  unchanged: 'The step that was under way changed nothing.',
  restored: 'What the step that was under way had changed has been put back.',
  changed: 'The step that was under way left changes that could not be put back.',
  unknown: 'What the step that was under way left behind is not known.',
};

/** The truth about the hosts after a cancel between two steps, or (with its error) inside one. */
export function whenCancelled(
  steps: readonly Step[],
  progress: readonly StepProgress[],
  error?: AppError,
): AppError {
  const state = (step: Step) => progress.find((one) => one.stepId === step.id)?.state;
  const stay = steps.filter((step) => state(step) === 'done').length;
  const waiting = steps.filter((step) => state(step) === 'waiting').length;
  const left = error?.hostState ?? (error === undefined ? 'unchanged' : 'unknown');
  const hostState = left === 'unchanged' || left === 'restored' ? (stay > 0 ? 'changed' : left) : left;
  const words = [
    stay > 0
      ? `Cancelled. ${stay} finished ${stay === 1 ? 'step stays' : 'steps stay'} as applied.`
      : left === 'unchanged'
        ? 'Cancelled. Nothing was changed.'
        : 'Cancelled.',
    ...(error === undefined || (stay === 0 && left === 'unchanged') ? [] : [inside[left]]),
    ...(waiting > 0 ? [`${waiting} ${waiting === 1 ? 'step was' : 'steps were'} not begun.`] : []),
  ];
  return appError(
    'CANCELLED',
    words.join(' '),
    stay > 0 || left === 'changed' || left === 'unknown'
      ? 'Go on with a new plan, or roll back what stays.'
      : 'Make a new plan when you are ready.',
    { hostState, ...(error?.detail === undefined ? {} : { detail: error.detail }) },
  );
}
