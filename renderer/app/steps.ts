/** How each step of the rail stands, read from the state. */
import type { AppState } from '../../shared/contract/state.ts';
import { count } from '../copy/words.ts';
import { changedSinceAssessed, countOutcomes, latestFindings } from './posture.ts';
import type { Screen } from './ui-store.ts';

export type StepStanding = 'todo' | 'active' | 'done' | 'attention';

export interface StepView {
  readonly screen: Screen;
  readonly label: string;
  readonly standing: StepStanding;
  /** The count that matters, short; may be empty. */
  readonly count: string;
}

export const standingWords: Readonly<Record<StepStanding, string>> = {
  todo: 'to do',
  active: 'active',
  done: 'done',
  attention: 'needs attention',
};

export const stepLabels = {
  deployment: 'Deployment',
  hosts: 'Hosts',
  assess: 'Assess',
  review: 'Review',
  secrets: 'Secrets',
  apply: 'Apply',
  verify: 'Verify',
  report: 'Report',
} as const satisfies Partial<Record<Screen, string>>;

type StepScreen = keyof typeof stepLabels;

type Standing = Omit<StepView, 'screen' | 'label'>;

function hostsStep({ hosts }: AppState): Standing {
  if (hosts.length === 0) return { standing: 'todo', count: '' };
  const connected = hosts.filter((host) => host.connection === 'connected').length;
  const broken = hosts.some((host) => host.connection === 'failed' || host.key.state === 'changed');
  const standing = broken ? 'attention' : connected > 0 ? 'done' : 'active';
  return { standing, count: `${connected}/${hosts.length}` };
}

function assessStep({ hosts }: AppState): Standing {
  const done = hosts.filter((host) => host.latest !== undefined).length;
  const running = hosts.some((host) => host.assess.state === 'running');
  const failed = hosts.some((host) => host.assess.state === 'failed');
  const standing = running ? 'active' : failed ? 'attention' : done > 0 ? 'done' : 'todo';
  return { standing, count: hosts.length === 0 ? '' : `${done}/${hosts.length}` };
}

function reviewStep({ hosts }: AppState): Standing {
  const findings = latestFindings(hosts);
  if (findings.length === 0) return { standing: 'todo', count: '' };
  const counts = countOutcomes(findings);
  if (counts.fail > 0) return { standing: 'attention', count: String(counts.fail) };
  const undecided = counts.error + counts.unknown;
  return {
    standing: undecided > 0 && counts.pass === 0 ? 'active' : 'done',
    count: undecided === 0 ? '' : `${undecided} undecided`,
  };
}

/** An open vault is done with once something was applied: until then a plan may still need it. */
function secretsStep({ vault, hosts }: AppState): Standing {
  if (vault.state !== 'unlocked') return { standing: 'attention', count: '' };
  const applied = hosts.some((host) => host.history.length > 0);
  return { standing: applied ? 'done' : 'todo', count: String(vault.secrets.length) };
}

/** Whether something was chosen or planned and is not done yet. */
function workWaits({ plan, steps, basket }: AppState): boolean {
  if (basket.length > 0) return true;
  return (
    plan?.steps.some(
      (step) =>
        !step.nothingToDo &&
        !steps.some(
          (progress) =>
            progress.planId === plan.id && progress.stepId === step.id && progress.state !== 'waiting',
        ),
    ) ?? false
  );
}

function applyStep({ plan, steps, operations, basket }: AppState): Standing {
  if (operations.some((work) => work.kind === 'apply' && work.state === 'running')) {
    const done = steps.filter((step) => step.state === 'done' || step.state === 'nothing-to-do').length;
    return { standing: 'active', count: `${done}/${plan?.steps.length ?? 0}` };
  }
  if (steps.some((step) => step.state === 'failed' || step.state === 'drifted'))
    return { standing: 'attention', count: '' };
  if (plan !== null) {
    const all = plan.steps.length;
    const settled = plan.steps.every((step) =>
      steps.some((progress) => progress.stepId === step.id && progress.state !== 'waiting'),
    );
    return { standing: settled && all > 0 ? 'done' : 'active', count: String(all) };
  }
  return { standing: 'todo', count: basket.length > 0 ? String(basket.length) : '' };
}

function verifyStep(state: AppState): Standing {
  const { hosts } = state;
  const changed = hosts.filter((host) => host.history.length > 0);
  if (changed.length === 0) return { standing: 'todo', count: '' };
  const stale = changed.filter(changedSinceAssessed).length;
  if (stale > 0) return { standing: 'attention', count: String(stale) };
  return { standing: workWaits(state) ? 'active' : 'done', count: '' };
}

function standingOf(screen: StepScreen, state: AppState): Standing {
  if (state.workspace === null) return { standing: 'todo', count: '' };
  switch (screen) {
    case 'deployment':
      return { standing: 'done', count: '' };
    case 'hosts':
      return hostsStep(state);
    case 'assess':
      return assessStep(state);
    case 'review':
      return reviewStep(state);
    case 'secrets':
      return secretsStep(state);
    case 'apply':
      return applyStep(state);
    case 'verify':
      return verifyStep(state);
    case 'report':
      return { standing: state.report === null ? 'todo' : 'done', count: '' };
  }
}

export function stepsOf(state: AppState): readonly StepView[] {
  return (Object.keys(stepLabels) as StepScreen[]).map((screen) => ({
    screen,
    label: stepLabels[screen],
    ...standingOf(screen, state),
  }));
}

/** One sentence under a step for hover and assistive technology. */
export function describeStep(step: StepView): string {
  return `${standingWords[step.standing]}${step.count === '' ? '' : `, ${step.count}`}`;
}

export function hostsConnected({ hosts }: AppState): string {
  const connected = hosts.filter((host) => host.connection === 'connected').length;
  return `${connected} of ${count(hosts.length, 'host')} connected`;
}
