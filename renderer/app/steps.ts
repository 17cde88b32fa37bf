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
  const open = counts.fail + counts.error + counts.unknown;
  return open === 0
    ? { standing: 'done', count: '' }
    : { standing: counts.fail > 0 ? 'attention' : 'active', count: String(counts.fail) };
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

function verifyStep({ hosts }: AppState): Standing {
  const changed = hosts.filter((host) => host.history.length > 0);
  if (changed.length === 0) return { standing: 'todo', count: '' };
  const stale = changed.filter(changedSinceAssessed).length;
  return stale > 0 ? { standing: 'attention', count: String(stale) } : { standing: 'done', count: '' };
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
      return state.vault.state === 'unlocked'
        ? { standing: 'done', count: String(state.vault.secrets.length) }
        : { standing: 'attention', count: '' };
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
