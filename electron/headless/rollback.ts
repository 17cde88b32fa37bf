/** `bulwark rollback`: takes back a step, a finding, a plan, a host or everything, newest first, and only what is still ours. */
import type { HistoryItem } from '../../shared/contract/state.ts';
import { type AppError, appError } from '../../shared/domain/error.ts';
import type { Host } from '../../shared/domain/host.ts';
import { fail, type Result, succeed } from '../../shared/domain/result.ts';
import type { RollbackScope } from '../../shared/engine/rollback.ts';
import { undo } from '../service/undoing.ts';
import type { Command, Output } from './command.ts';
import { exitCodeOf, exitCodes } from './exit-code.ts';
import { type Headless, onWorkspace } from './headless-service.ts';
import { chosenHosts } from './host-options.ts';
import { connecting, inWorkspace, type Options, usage } from './options.ts';
import { type RolledBack, rolledBackText } from './rolled-back.ts';

interface Wanted {
  readonly scope: RollbackScope;
  /** Of which host, by name, id or address, where the option says so itself. */
  readonly host?: string;
}

function scopeOf(options: Options): Result<Wanted> {
  const given = [options.step, options.finding, options.plan, options.all].filter((one) => one !== undefined);
  if (given.length > 1 || (given.length === 0 && (options.host ?? []).length === 0))
    return fail(
      usage('Give one of --step PLAN/STEP, --finding HOST/CONTROL, --plan PLAN, --host NAME and --all'),
    );
  if (options.plan !== undefined) return succeed({ scope: { of: 'plan', planId: options.plan } });
  if (options.finding !== undefined) {
    const at = options.finding.lastIndexOf('/');
    const [host, controlId] = [options.finding.slice(0, Math.max(0, at)), options.finding.slice(at + 1)];
    return host !== '' && controlId !== ''
      ? succeed({ scope: { of: 'finding', controlId }, host })
      : fail(usage('--finding is HOST/CONTROL, as assess shows them'));
  }
  if (options.step === undefined)
    return succeed({ scope: { of: 'host', ...(options.all === true ? { allHosts: true } : {}) } });
  const [planId, stepId, more] = options.step.split('/');
  return planId && stepId && more === undefined
    ? succeed({ scope: { of: 'step', planId, stepId } })
    : fail(usage('--step is PLAN/STEP, as the history shows them'));
}

function inScope(scope: RollbackScope, item: HistoryItem): boolean {
  switch (scope.of) {
    case 'host':
      return true;
    case 'finding':
      return item.controls.includes(scope.controlId);
    case 'plan':
      return item.planId === scope.planId;
    case 'step':
      return item.planId === scope.planId && item.stepId === scope.stepId;
  }
}

const undone: readonly HistoryItem['result'][] = ['undone', 'undone-after-failure'];

async function rollback(
  headless: Headless,
  hosts: readonly Host[],
  scope: RollbackScope,
  force: boolean,
): Promise<Result<Output>> {
  const { context } = headless.service;
  const historyOf = (hostId: string): readonly HistoryItem[] =>
    (context.store.get().hosts.find((state) => state.host.id === hostId)?.history ?? []).filter((item) =>
      inScope(scope, item),
    );
  const owes = (hostId: string): boolean =>
    scope.of === 'host' &&
    context.store.get().hosts.some((state) => state.host.id === hostId && state.interrupted.length > 0);
  const involved = hosts.filter((host) => historyOf(host.id).length > 0 || owes(host.id));
  if (involved.length === 0 && scope.of !== 'host')
    return fail(
      appError('NOT_FOUND', 'The history has no such step.', 'Look at it with: bulwark hosts list --json.'),
    );
  // What was done on several hosts together goes back on all of them.
  headless.give(headless.workspace.file().hosts);
  let error: AppError | undefined;
  const before = new Map(involved.map(({ id }) => [id, historyOf(id)]));
  /** Not what an earlier run took back: this one has nothing to say about it. */
  const concerned = (hostId: string): readonly HistoryItem[] =>
    historyOf(hostId).filter(
      ({ sequence }) =>
        !undone.includes(before.get(hostId)?.find((item) => item.sequence === sequence)?.result ?? 'done'),
    );
  // Host by host; one that fails does not keep the others from being restored.
  const isOpen = (hostId: string): boolean => historyOf(hostId).some((item) => item.canUndo) || owes(hostId);
  const begun = new Set(involved.filter((host) => isOpen(host.id)));
  for (const host of involved) {
    // What it did together with an earlier host went back with that one.
    if (begun.has(host) && !isOpen(host.id)) continue;
    const taken = await headless.run('rollback', `Undo on ${host.name}`, (handle) =>
      undo(context, headless.workspace, { hostId: host.id, scope, force }, handle),
    );
    // All of it was taken back before, which is what was asked for.
    const nothing = !taken.ok && taken.error.code === 'NOT_FOUND' && concerned(host.id).length === 0;
    if (!taken.ok && !nothing) error ??= taken.error;
  }
  const items = involved.flatMap((host): readonly RolledBack[] =>
    concerned(host.id).map(({ planId, stepId, title, result, note, opens }) => ({
      hostId: host.id,
      planId,
      stepId,
      title,
      result,
      note,
      ...(opens === undefined || !undone.includes(result) ? {} : { opens }),
    })),
  );
  const left = items.filter((item) => !undone.includes(item.result));
  return succeed({
    exitCode: error !== undefined ? exitCodeOf(error) : left.length > 0 ? exitCodes.fails : exitCodes.done,
    data: { items },
    text: rolledBackText(involved, items),
    ...(error === undefined ? {} : { error }),
  });
}

export const rollbackCommand: Command = {
  name: 'rollback',
  summary: 'Take changes back, newest first. Ends with 0 only when every one was taken back.',
  usage: [
    'bulwark rollback --workspace NAME (--step PLAN/STEP | --finding HOST/CONTROL | --plan PLAN | --host NAME … | --all) --vault-passphrase-stdin [--force] [--break-lock LOCK …] [--json]',
  ],
  options: [...connecting, ...inWorkspace, 'step', 'finding', 'plan', 'all', 'force', 'break-lock'],
  async run({ options, words }, terminal) {
    if (words.length > 0) return fail(usage(`Unexpected ${words[0] ?? ''}`));
    const wanted = scopeOf(options);
    if (!wanted.ok) return wanted;
    const { scope, host } = wanted.value;
    return await onWorkspace(options, terminal, async (headless) => {
      const hosts = chosenHosts(
        headless.workspace,
        host === undefined ? options : { ...options, host: [host] },
      );
      return hosts.ok ? await rollback(headless, hosts.value, scope, options.force === true) : hosts;
    });
  },
};
