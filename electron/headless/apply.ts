/** `bulwark apply`: carries out the workspace's plan, and only the one whose digest was given. */
import type { AppError } from '../../shared/domain/error.ts';
import { appError } from '../../shared/domain/error.ts';
import { fail, type Result, succeed } from '../../shared/domain/result.ts';
import { applyShownPlan } from '../service/applying.ts';
import type { Command, Output } from './command.ts';
import { exitCodeOf, exitCodes } from './exit-code.ts';
import { type Headless, onWorkspace } from './headless-service.ts';
import { connecting, inWorkspace, usage } from './options.ts';
import { countsOf, plain } from './words.ts';

async function apply(headless: Headless, digest: string): Promise<Result<Output>> {
  const { context } = headless.service;
  const { plan, hosts } = context.store.get();
  if (plan === null)
    return fail(appError('NOT_FOUND', 'This workspace holds no plan.', 'Make one with: bulwark plan.'));
  if (plan.digest !== digest)
    return fail(
      appError(
        'PLAN_STALE',
        'The plan in this workspace is another one than the digest names.',
        'Look at the plan again with: bulwark plan. Nothing was changed.',
        { hostState: 'unchanged' },
      ),
    );
  const involved = new Set(plan.steps.map((step) => step.hostId));
  headless.give(hosts.map((state) => state.host).filter((host) => involved.has(host.id)));
  const applied = await headless.run('apply', 'Apply the plan', (handle) =>
    applyShownPlan(context, headless.workspace, { planId: plan.id, digest }, handle),
  );
  const after = context.store.get();
  const progress = new Map(after.steps.map((step) => [step.stepId, step]));
  // Refused before the first step: the error is the whole answer.
  if (!applied.ok && after.steps.every((step) => step.state === 'waiting')) return applied;
  const steps = plan.steps.map((step) => ({
    id: step.id,
    hostId: step.hostId,
    title: step.title,
    controls: step.controls,
    state: progress.get(step.id)?.state ?? 'waiting',
    note: progress.get(step.id)?.note ?? '',
  }));
  const found = after.hosts.filter((state) => involved.has(state.host.id));
  const holding = found.filter((state) => state.undoByHand !== undefined);
  const byHand = holding[0]?.undoByHand ?? null;
  const notByHand = found.flatMap(({ host, history }) =>
    history
      .filter((item) => item.planId === plan.id && item.canUndo && item.byHand !== true)
      .map(({ title }) => (found.length === 1 ? title : `${host.name}: ${title}`)),
  );
  const error: AppError | undefined = applied.ok ? undefined : applied.error;
  return succeed({
    exitCode: error === undefined ? exitCodes.done : exitCodeOf(error),
    data: {
      planId: plan.id,
      digest,
      steps,
      byHand,
      notByHand,
      after: found.map((state) => ({
        hostId: state.host.id,
        counts: countsOf(state.latest?.findings ?? []),
      })),
    },
    text: plain(
      [
        ...steps.map((step) => `${step.state.padEnd(14)} ${step.id}  ${step.title}  ${step.note}`),
        ...found.map((state) => {
          const { pass, fail, unknown, error: broken } = countsOf(state.latest?.findings ?? []);
          return `Assessed again, ${state.host.name}: ${pass} pass, ${fail} fail, ${unknown + broken} not known`;
        }),
        ...(byHand === null
          ? []
          : [
              `Without this workspace it is taken back by root on ${holding.map(({ host }) => host.name).join(', ')} itself:  ${byHand}`,
              ...notByHand.map(
                (title) => `  but not this, which only Bulwark takes back, with this workspace:  ${title}`,
              ),
            ]),
      ].join('\n'),
    ),
    ...(error === undefined ? {} : { error }),
  });
}

export const applyCommand: Command = {
  name: 'apply',
  summary: 'Carry out the plan that was shown: journal, guard, read back, assess again.',
  usage: [
    'bulwark apply --workspace NAME --digest DIGEST --vault-passphrase-stdin [--break-lock LOCK …] [--clients-trust-both] [--json]',
  ],
  options: [
    ...connecting.filter((name) => name !== 'host'),
    ...inWorkspace,
    'digest',
    'break-lock',
    'clients-trust-both',
  ],
  async run({ options, words }, terminal) {
    if (words.length > 0) return fail(usage(`Unexpected ${words[0] ?? ''}`));
    const { digest } = options;
    if (digest === undefined || !/^[0-9a-f]{64}$/.test(digest))
      return fail(usage('Give the whole digest that bulwark plan printed, with --digest'));
    return await onWorkspace(options, terminal, (headless) => apply(headless, digest));
  },
};
