/**
 * `bulwark recover`: settles work that a crash or a lost connection interrupted: kept where it is complete, else put back; a service
 * that what was changed still waits for is restarted, and with `--revert` that is taken back instead. A node that
 * came up secured and lacks something of before stays open work until `--keep` or `--revert` says which.
 */
import type { HostState } from '../../shared/contract/state.ts';
import type { AppError } from '../../shared/domain/error.ts';
import type { Host } from '../../shared/domain/host.ts';
import { fail, type Result, succeed } from '../../shared/domain/result.ts';
import { settleInterrupted } from '../service/undoing.ts';
import type { Command, Output } from './command.ts';
import { exitCodeOf, exitCodes } from './exit-code.ts';
import { type Headless, onWorkspace } from './headless-service.ts';
import { chosenHosts } from './host-options.ts';
import { connecting, inWorkspace, usage } from './options.ts';
import { plain } from './words.ts';

async function recover(
  headless: Headless,
  hosts: readonly Host[],
  choice: 'verify' | 'revert',
): Promise<Result<Output>> {
  const { context } = headless.service;
  const openOf = (hostId: string): HostState['interrupted'] =>
    context.store.get().hosts.find((state) => state.host.id === hostId)?.interrupted ?? [];
  const involved = hosts
    .map((host) => ({ host, found: openOf(host.id) }))
    .filter(({ found }) => found.length > 0);
  // What was done on several hosts together is settled on all of them.
  headless.give(headless.workspace.file().hosts);
  let error: AppError | undefined;
  for (const { host } of involved) {
    // What it did together with an earlier host was settled with that one.
    if (openOf(host.id).length === 0) continue;
    const settled = await headless.run('recover', `Settle interrupted work on ${host.name}`, (handle) =>
      settleInterrupted(context, headless.workspace, { hostId: host.id, choice }, handle),
    );
    if (!settled.ok) error ??= settled.error;
  }
  const items = involved.flatMap(({ host, found }) => {
    const left = openOf(host.id);
    return found.map(({ planId, stepId, title, undoing }) => ({
      hostId: host.id,
      planId,
      stepId,
      title,
      doing: undoing ? 'undoing' : 'applying',
      settled: !left.some((one) => one.planId === planId && one.stepId === stepId),
    }));
  });
  const complete = items.every((item) => item.settled);
  return succeed({
    exitCode: error !== undefined ? exitCodeOf(error) : complete ? exitCodes.done : exitCodes.fails,
    data: { items },
    text: plain(
      items.length === 0
        ? 'No work was interrupted.'
        : items
            .map(
              ({ settled, planId, stepId, title }) =>
                `${settled ? 'settled' : 'OPEN   '} ${planId}/${stepId}  ${title}`,
            )
            .join('\n'),
    ),
    ...(error === undefined ? {} : { error }),
  });
}

export const recoverCommand: Command = {
  name: 'recover',
  summary:
    'Settle interrupted work: keep what is completely in place, put back the rest, carry out restarts that are owed.',
  usage: [
    'bulwark recover --workspace NAME --vault-passphrase-stdin [--host NAME …] [--revert | --keep] [--break-lock LOCK …] [--json]',
  ],
  options: [...connecting, ...inWorkspace, 'revert', 'keep', 'break-lock'],
  async run({ options, words }, terminal) {
    if (words.length > 0) return fail(usage(`Unexpected ${words[0] ?? ''}`));
    if (options.revert === true && options.keep === true)
      return fail(usage('--revert and --keep exclude each other.'));
    return await onWorkspace(options, terminal, async (headless) => {
      const hosts = chosenHosts(headless.workspace, options);
      return hosts.ok
        ? await recover(headless, hosts.value, options.revert === true ? 'revert' : 'verify')
        : hosts;
    });
  },
};
