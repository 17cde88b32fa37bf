/** `bulwark confirm-removal`: tells what old data a move to an encrypted volume has kept, and removes it when its path is given. */
import { appError } from '../../shared/domain/error.ts';
import { fail, type Result, succeed } from '../../shared/domain/result.ts';
import { removalWords } from '../../shared/engine/changes/encrypted-volume-migration/kept-data.ts';
import { confirmRemoval } from '../../shared/engine/changes/encrypted-volume-migration/removal.ts';
import { engineParts, requireVault } from '../service/engine-work.ts';
import type { Command, Output } from './command.ts';
import { exitCodes } from './exit-code.ts';
import { type Headless, onWorkspace } from './headless-service.ts';
import { connecting, inWorkspace, usage } from './options.ts';
import { plain } from './words.ts';

async function remove(
  headless: Headless,
  planId: string,
  stepId: string,
  confirmedPath: string | undefined,
): Promise<Result<Output>> {
  const { context } = headless.service;
  const owner = context.store
    .get()
    .hosts.find(({ history }) => history.some((item) => item.planId === planId && item.stepId === stepId));
  const vault = await requireVault(headless.workspace);
  if (!vault.ok) return vault;
  if (owner === undefined)
    return fail(
      appError('NOT_FOUND', 'The history has no such step.', 'Look at it with: bulwark hosts list --json.'),
    );
  headless.give([owner.host]);
  const done = await headless.run('apply', `Old data on ${owner.host.name}`, (handle) =>
    confirmRemoval(
      {
        hostId: owner.host.id,
        planId,
        stepId,
        ...(confirmedPath === undefined ? {} : { confirmedPath }),
      },
      engineParts(context, headless.workspace),
      handle.signal,
    ),
  );
  if (!done.ok) return done;
  const { kept, removed } = done.value;
  const size = `${Math.ceil(kept.bytes / 1_048_576)} MiB, ${kept.entries} entries`;
  return succeed({
    exitCode: removed ? exitCodes.done : exitCodes.fails,
    data: { hostId: owner.host.id, path: kept.path, bytes: kept.bytes, entries: kept.entries, removed },
    text: plain(
      removed
        ? `Removed ${kept.path} (${size}).`
        : `${kept.path} is kept (${size}). Nothing was removed.\n${removalWords}\nTo remove it, run the command again with: --path ${kept.path}`,
    ),
  });
}

export const confirmRemovalCommand: Command = {
  name: 'confirm-removal',
  summary: 'Remove the readable data that a move to an encrypted volume kept. Without --path it only tells.',
  usage: [
    'bulwark confirm-removal --workspace NAME --step PLAN/STEP [--path PATH] --vault-passphrase-stdin [--json]',
  ],
  options: [...connecting, ...inWorkspace, 'step', 'path'],
  async run({ options, words }, terminal) {
    if (words.length > 0) return fail(usage(`Unexpected ${words[0] ?? ''}`));
    const [planId, stepId, more] = (options.step ?? '').split('/');
    if (!planId || !stepId || more !== undefined)
      return fail(usage('Give --step PLAN/STEP, as the history shows them'));
    return await onWorkspace(options, terminal, (headless) => remove(headless, planId, stepId, options.path));
  },
};
