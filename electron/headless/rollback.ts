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
import { plain } from './words.ts';

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
  // Host by host; one that fails does not keep the others from being restored.
  const open = (hostId: string): boolean => historyOf(hostId).some((item) => item.canUndo) || owes(hostId);
  const begun = new Set(involved.filter((host) => open(host.id)));
  for (const host of involved) {
    // What it did together with an earlier host went back with that one.
    if (begun.has(host) && !open(host.id)) continue;
    const undone = await headless.run('rollback', `Undo on ${host.name}`, (handle) =>
      undo(context, headless.workspace, { hostId: host.id, scope, force }, handle),
    );
    if (!undone.ok) error ??= undone.error;
  }
  const items = involved.flatMap((host) =>
    historyOf(host.id).map(({ planId, stepId, title, result, note }) => ({
      hostId: host.id,
      planId,
      stepId,
      title,
      result,
      note,
    })),
  );
  const left = items.filter((item) => item.result !== 'undone' && item.result !== 'undone-after-failure');
  return succeed({
    exitCode: error !== undefined ? exitCodeOf(error) : left.length > 0 ? exitCodes.fails : exitCodes.done,
    data: { items },
    text: plain(
      items.length === 0
        ? 'There is nothing to take back.'
        : items
            .map(
              (item) =>
                `${item.result.padEnd(10)} ${item.planId}/${item.stepId}  ${item.title}  ${item.note}`,
            )
            .join('\n'),
    ),
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
