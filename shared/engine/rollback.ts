/**
 * Rolls back: newest first, only what is still ours. An item that fails or has drifted does not stop the others and is never
 * reported as success; its before-image stays.
 */
import type { Change, ChangeOf } from '../domain/change.ts';
import { type AppError, appError } from '../domain/error.ts';
import { fail, type Result, succeed } from '../domain/result.ts';
import { HostWork } from './host-work.ts';
import { type StepHistory, stepHistories } from './journal/history.ts';
import {
  changeContext,
  type EngineEvents,
  type EngineParts,
  kindOf,
  noEvents,
  shown,
  tagOf,
} from './parts.ts';
import { undoStep } from './undo-step.ts';

export type RollbackScope =
  | { readonly of: 'step'; readonly planId: string; readonly stepId: string }
  | { readonly of: 'plan'; readonly planId: string }
  /** Every step that served this control, whichever plan it came from. */
  | { readonly of: 'finding'; readonly controlId: string }
  | { readonly of: 'host' };

export interface RollbackRequest {
  readonly hostId: string;
  readonly scope: RollbackScope;
  /** Restore the before-image even where somebody else changed it since. */
  readonly force?: boolean;
  readonly breakLock?: boolean;
  /** Why, for the journal. */
  readonly reason: string;
}

export interface RollbackItem {
  readonly planId: string;
  readonly stepId: string;
  readonly title: string;
  readonly result: 'undone' | 'drifted' | 'failed' | 'skipped';
  readonly note: string;
  readonly error?: AppError;
}

export interface RollbackReport {
  /** `undone` only when every item is. */
  readonly result: 'undone' | 'incomplete' | 'cancelled';
  /** In the order in which they were undone, restarts included. */
  readonly items: readonly RollbackItem[];
}

function inScope(history: StepHistory, scope: RollbackScope): boolean {
  switch (scope.of) {
    case 'host':
      return true;
    case 'plan':
      return history.intent.planId === scope.planId;
    case 'finding':
      return history.intent.controls.includes(scope.controlId);
    case 'step':
      return history.intent.planId === scope.planId && history.intent.stepId === scope.stepId;
  }
}

/** What a rollback would undo, newest first: for the preview and for the work itself. */
export function rollbackCandidates(
  histories: readonly StepHistory[],
  scope: RollbackScope,
): readonly StepHistory[] {
  return histories.filter((history) => history.standing !== 'undone' && inScope(history, scope)).toReversed();
}

/** Changes around a node rest on the earlier ones: settings on owners, owners on the account. Others stand alone. */
function concernsNode(change: Change): boolean {
  return change.kind !== 'firewall-ruleset' && change.kind !== 'file-content';
}

type Restart = ChangeOf<'service-restart'>;

/** The restart that makes the undoing of a change take effect; undefined when it needs none or does it itself. */
function restartFor(
  change: Change,
  histories: readonly StepHistory[],
  parts: EngineParts,
): Restart | undefined {
  if (change.kind === 'service-restart') {
    return change;
  }
  if (change.kind === 'es-auto-configuration' || change.kind === 'es-password') {
    return undefined;
  }
  const restarts = histories.flatMap(({ intent }) =>
    intent.change.kind === 'service-restart' ? [intent.change] : [],
  );
  const named = kindOf(parts.kinds, change).describe(change).restarts;
  if (named !== undefined) {
    return (
      restarts.findLast((one) => one.unit === named) ?? {
        kind: 'service-restart',
        unit: named,
        rehearse: false,
      }
    );
  }
  // A file below a node's configuration directory: the node that was restarted for it reads it again.
  const path = change.kind === 'yaml-setting' || change.kind === 'file-content' ? change.path : undefined;
  if (path === undefined) {
    return undefined;
  }
  const installs = histories.flatMap(({ intent }) =>
    'install' in intent.change && intent.change.install !== undefined ? [intent.change.install] : [],
  );
  const install = installs.findLast((one) => path.startsWith(`${one.pathConf}/`) && one.unit !== undefined);
  return install?.unit === undefined
    ? undefined
    : { kind: 'service-restart', unit: install.unit, install, rehearse: true };
}

class Restarts {
  readonly #pending = new Map<string, { readonly restart: Restart; readonly tag: string }>();

  add(restart: Restart, tag: string): void {
    const known = this.#pending.get(restart.unit)?.restart;
    const install = restart.install ?? known?.install;
    this.#pending.set(restart.unit, {
      restart: {
        ...restart,
        rehearse: restart.rehearse || known?.rehearse === true,
        ...(install === undefined ? {} : { install }),
      },
      tag,
    });
  }

  take(): readonly { readonly restart: Restart; readonly tag: string }[] {
    const all = [...this.#pending.values()];
    this.#pending.clear();
    return all;
  }
}

async function restartPending(
  restarts: Restarts,
  work: HostWork,
  parts: EngineParts,
  events: EngineEvents,
): Promise<RollbackItem[]> {
  const items: RollbackItem[] = [];
  for (const { restart, tag } of restarts.take()) {
    const kind = parts.kinds['service-restart'];
    const context = changeContext(parts, work.session, { tag: `${tag}-again`, guard: events.guard });
    const applied = await kind.apply(restart, new TextEncoder().encode('{}'), context);
    const ended = applied.ok ? await kind.verify(restart, applied.value, context) : applied;
    const title = `restart ${restart.unit}`;
    const note = ended.ok
      ? `${restart.unit} was restarted.`
      : `${restart.unit} could not be restarted: ${ended.error.message}`;
    await parts.journal.append({ type: 'note', hostId: work.hostId, text: `After undoing: ${note}` });
    items.push({
      planId: '',
      stepId: `restart-${restart.unit}`,
      title,
      result: ended.ok ? 'undone' : 'failed',
      note,
      ...(ended.ok ? {} : { error: shown(ended.error) }),
    });
  }
  return items;
}

/**
 * Errors mean that nothing was begun: NOT_FOUND (nothing to undo), HOST_LOCKED, JOURNAL_BROKEN, the connection's errors.
 * Afterwards the report tells item by item.
 */
export async function rollBack(
  request: RollbackRequest,
  parts: EngineParts,
  signal?: AbortSignal,
  events: EngineEvents = noEvents,
): Promise<Result<RollbackReport>> {
  const entries = await parts.journal.read(request.hostId);
  if (!entries.ok) {
    return entries;
  }
  const histories = stepHistories(entries.value);
  const candidates = rollbackCandidates(histories, request.scope);
  if (candidates.length === 0) {
    return fail(
      appError('NOT_FOUND', 'There is nothing to roll back.', 'Look at the history of the host.', {
        hostState: 'unchanged',
      }),
    );
  }
  const session = await parts.sessions.open(request.hostId, signal);
  if (!session.ok) {
    return session;
  }
  const work = new HostWork(session.value, parts);
  const items: RollbackItem[] = [];
  const restarts = new Restarts();
  let cancelled = false;
  // What could not be undone and must not lose the ground it stands on: an account is not removed under a running node.
  let standing: string | undefined;
  try {
    const begun = await work.begin('rollback', request.breakLock === true, signal);
    if (!begun.ok) {
      return begun;
    }
    for (const history of candidates) {
      const { intent } = history;
      const item = { planId: intent.planId, stepId: intent.stepId, title: intent.title };
      if (standing !== undefined && concernsNode(intent.change)) {
        items.push({
          ...item,
          result: 'skipped',
          note: `Left in place, because a later step still rests on it: ${standing}.`,
        });
        continue;
      }
      cancelled ||= signal?.aborted === true;
      const held = cancelled ? undefined : await work.stillOurs();
      if (held === undefined || !held.ok) {
        const note = held === undefined ? 'Not begun.' : held.error.message;
        items.push({
          ...item,
          result: 'skipped',
          note,
          ...(held === undefined ? {} : { error: held.error }),
        });
        continue;
      }
      if (intent.change.kind === 'account') {
        // An account cannot go while its service still runs under it.
        items.push(...(await restartPending(restarts, work, parts, events)));
      }
      const restart = restartFor(intent.change, histories, parts);
      const undone = await undoStep({
        history,
        work,
        parts,
        events,
        reason: request.reason,
        force: request.force === true,
        restartLater: intent.change.kind === 'service-restart',
      });
      items.push({ ...item, ...undone });
      if (undone.result !== 'undone' && concernsNode(intent.change)) {
        standing ??= intent.title;
      }
      if (undone.result === 'undone' && restart !== undefined) {
        restarts.add(restart, tagOf(intent.planId, intent.stepId));
      }
    }
    items.push(...(await restartPending(restarts, work, parts, events)));
  } finally {
    await work.end();
  }
  const complete = items.every((item) => item.result === 'undone');
  return succeed({ result: complete ? 'undone' : cancelled ? 'cancelled' : 'incomplete', items });
}
