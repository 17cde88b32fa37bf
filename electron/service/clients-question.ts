/** The question before the second round of a new authority: do all clients know both? What the plan serves is not seen by it. */

import { type AppError, appError } from '../../shared/domain/error.ts';
import type { Plan, Step } from '../../shared/domain/plan.ts';
import type { ServiceContext } from './context.ts';
import type { OpenWorkspace } from './open-workspace.ts';

/** Milliseconds between two signs of life for others on the hosts. */
const aliveEvery = 60_000;

function isSecondRound({ change }: Step): boolean {
  return change.kind === 'certificate-install' && change.rollOver?.round === 2;
}

function clientFileOf({ steps }: Plan): string {
  return (
    steps
      .flatMap(({ change }) => (change.kind === 'authority-trust' ? change.files : []))
      .find(({ form }) => form === 'pem')?.path ?? ''
  );
}

async function keepingAlive<T>(alive: () => Promise<void>, wait: Promise<T>): Promise<T> {
  let showing: Promise<void> | undefined;
  const timer = setInterval(() => {
    showing ??= alive()
      .catch(() => undefined)
      .finally(() => {
        showing = undefined;
      });
  }, aliveEvery);
  try {
    return await wait;
  } finally {
    clearInterval(timer);
    await showing;
  }
}

/** For `ApplyRequest.mayBegin`. Asked once in a plan. */
export function clientsTrustFirst(
  context: Pick<ServiceContext, 'questions'>,
  workspace: Pick<OpenWorkspace, 'host'>,
  plan: Plan,
  signal: AbortSignal,
): (steps: readonly Step[], alive: () => Promise<void>) => Promise<AppError | undefined> {
  let asked = false;
  return async (steps, alive) => {
    if (asked || !steps.some(isSecondRound)) return undefined;
    asked = true;
    const [first] = steps;
    const change = first?.change.kind === 'certificate-install' ? first.change : undefined;
    const file = clientFileOf(plan);
    const answer = await keepingAlive(
      alive,
      context.questions.ask(
        {
          type: 'clients-trust',
          hostId: first?.hostId ?? '',
          hostName: workspace.host(first?.hostId ?? '')?.name ?? '',
          file,
          hostNames: (change?.rollOver?.hosts ?? []).map((hostId) => workspace.host(hostId)?.name ?? hostId),
          authority: change?.issue?.issuerName ?? '',
          fingerprint: change?.rollOver?.to ?? '',
        },
        signal,
      ),
    );
    return answer === 'go-on'
      ? undefined
      : appError(
          'CANCELLED',
          'Stopped before round 2: not all clients are said to know the new authority. Nodes and their certificates work as before, and know both.',
          `Give every client and every Kibana ${file === '' ? 'the CA from the screen of secrets' : file}, which holds both, then plan the replacement again: it goes on with round 2. Or undo round 1 in the history.`,
          { hostState: 'changed' },
        );
  };
}
