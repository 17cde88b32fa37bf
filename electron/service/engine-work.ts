/** The engine at work on the open workspace: what it is handed, and its events turned into state. */
import type { HostState } from '../../shared/contract/state.ts';
import type { Blast, Change } from '../../shared/domain/change.ts';
import { appError } from '../../shared/domain/error.ts';
import { handUndoCommand } from '../../shared/domain/hand-undo.ts';
import { fail, type Result, succeed } from '../../shared/domain/result.ts';
import { keptByHand, stepHistories } from '../../shared/engine/journal/history.ts';
import { type EngineEvents, type EngineParts, kindOf } from '../../shared/engine/parts.ts';
import { kibanaKeystoreCodec } from '../adapters/kibana/keystore-codec.ts';
import { certificateChecker } from '../adapters/pki/certificate-checker.ts';
import { certificateIssuer } from '../adapters/pki/certificate-issuer.ts';
import { systemClock, systemDigest, systemRandom } from '../adapters/system/system.ts';
import { changeKinds } from './change-kinds.ts';
import type { ServiceContext } from './context.ts';
import { historyItems, historyNotes, interruptedItems } from './history.ts';
import { installationOf } from './installation.ts';
import { secretsOf } from './node-logins.ts';
import type { OpenWorkspace } from './open-workspace.ts';

export function engineParts(context: ServiceContext, workspace: OpenWorkspace): EngineParts {
  return {
    kinds: changeKinds,
    sessions: workspace.connections.factory,
    journal: workspace.journal,
    blobs: workspace.blobs,
    secrets: secretsOf(workspace),
    clock: systemClock,
    digest: systemDigest,
    random: systemRandom,
    certificates: certificateChecker,
    issuer: certificateIssuer,
    kibanaKeystore: kibanaKeystoreCodec,
    log: context.log,
    operator: context.operator,
    installation: installationOf(workspace.paths.root, workspace.file().id),
    tool: `bulwark ${context.version}`,
  };
}

export function engineEvents(context: ServiceContext): EngineEvents {
  const { store } = context;
  return {
    async waitLonger(hostId, words, signal) {
      const hostName = store.get().hosts.find(({ host }) => host.id === hostId)?.host.name ?? hostId;
      const question = { type: 'still-waiting', hostId, hostName, detail: words } as const;
      return (await context.questions.ask(question, signal)) === 'go-on';
    },
    step(progress) {
      const others = store
        .get()
        .steps.filter((entry) => entry.planId !== progress.planId || entry.stepId !== progress.stepId);
      store.set({ steps: [...others, progress] });
    },
    guard(state) {
      const others = store.get().guards.filter((entry) => entry.hostId !== state.hostId);
      store.set({ guards: state.state === 'disarmed' ? others : [...others, state] });
    },
  };
}

/** Before-images need the vault: without it nothing on a host may be touched. */
export async function requireVault(workspace: OpenWorkspace): Promise<Result<void>> {
  if (!workspace.vault.locked) return succeed(undefined);
  return fail(
    (await workspace.vault.exists())
      ? appError(
          'VAULT_LOCKED',
          'The vault is locked.',
          'Unlock it on the secrets step: Bulwark keeps what it needs for undoing there. Nothing was changed.',
          { hostState: 'unchanged', retryable: true },
        )
      : appError(
          'VAULT_LOCKED',
          'This workspace has no vault yet.',
          'Create one on the secrets step: generated passwords and what is needed for undoing are kept there. Nothing was changed.',
          {
            hostState: 'unchanged',
            retryable: true,
          },
        ),
  );
}

function blastOf(change: Change): Blast {
  return kindOf(changeKinds, change).describe(change).blast;
}

/** Reads a host's journal into its history; a broken chain is shown on the host and stops nothing else. */
export async function refreshHistory(
  context: ServiceContext,
  workspace: OpenWorkspace,
  hostId: string,
): Promise<void> {
  const entries = await workspace.journal.read(hostId);
  context.store.updateHost(hostId, ({ undoByHand: _before, ...state }): HostState => {
    if (!entries.ok) return { ...state, error: entries.error };
    const history = historyItems(entries.value, blastOf);
    return {
      ...state,
      history,
      notes: historyNotes(entries.value),
      interrupted: interruptedItems(entries.value),
      ...(keptByHand(stepHistories(entries.value)) ? { undoByHand: handUndoCommand } : {}),
    };
  });
}
