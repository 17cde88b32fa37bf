/**
 * The restarts that undoing needs: journalled as owed before the first thing is undone that needs them, carried out once per
 * unit, and journalled again with how they ended. What an interruption leaves owed is found at the next start; so are those that a
 * plan owed for what it had changed.
 */
import type { Change, ChangeOf } from '../domain/change.ts';
import { type Result, succeed } from '../domain/result.ts';
import type { ChangeContext } from './change-kind.ts';
import { readUnit } from './elasticsearch/service.ts';
import type { HostWork } from './host-work.ts';
import type { OwedRestart, StepHistory } from './journal/history.ts';
import { changeContext, type EngineEvents, type EngineParts, kindOf, shown, tagOf } from './parts.ts';
import type { RollbackItem } from './undo-step.ts';

export type Restart = ChangeOf<'service-restart'>;

/**
 * The restart that makes a change or its undoing take effect; undefined when it needs none or does it itself.
 * @param all changes of the plan or the host: they tell which unit reads which file
 */
export function restartFor(
  change: Change,
  all: readonly Change[],
  parts: Pick<EngineParts, 'kinds'>,
): Restart | undefined {
  if (change.kind === 'service-restart') {
    return change;
  }
  if (
    change.kind === 'es-auto-configuration' ||
    change.kind === 'es-enrollment' ||
    change.kind === 'es-own-certificates' ||
    change.kind === 'es-password' ||
    change.kind === 'encrypted-volume-migration'
  ) {
    return undefined;
  }
  const restarts = all.flatMap((one) => (one.kind === 'service-restart' ? [one] : []));
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
  const installs = all.flatMap((one) => ('install' in one && one.install !== undefined ? [one.install] : []));
  const install = installs.findLast((one) => path.startsWith(`${one.pathConf}/`) && one.unit !== undefined);
  const before = restarts.findLast((one) => one.unit === install?.unit);
  return install?.unit === undefined
    ? undefined
    : {
        kind: 'service-restart',
        unit: install.unit,
        install,
        rehearse: true,
        ...(before?.rolling === undefined ? {} : { rolling: before.rolling }),
      };
}

interface Pending {
  readonly planId: string;
  readonly stepId: string;
  readonly restart: Restart;
  /** Something was undone that needs it. */
  readonly needed: boolean;
  /** An earlier attempt failed, so that the unit may be down because of us. */
  readonly tried: boolean;
  /** What an earlier attempt has to give back. */
  readonly beforeImage: string | undefined;
}

function joined(known: Restart | undefined, restart: Restart): Restart {
  const install = restart.install ?? known?.install;
  const rolling = restart.rolling ?? known?.rolling;
  return {
    ...restart,
    rehearse: restart.rehearse || known?.rehearse === true,
    ...(install === undefined ? {} : { install }),
    ...(rolling === undefined ? {} : { rolling }),
  };
}

export class OwedRestarts {
  readonly #pending = new Map<string, Pending>();
  readonly #work: HostWork;
  readonly #parts: EngineParts;
  readonly #events: EngineEvents;
  /** Units that may be down because of us. */
  readonly #tried = new Set<string>();

  constructor(
    work: HostWork,
    parts: EngineParts,
    events: EngineEvents,
    /** Left by an interruption. */
    left: readonly OwedRestart[] = [],
  ) {
    this.#work = work;
    this.#parts = parts;
    this.#events = events;
    for (const one of left) {
      if (one.undoing) this.#left(one);
    }
  }

  #left({ planId, stepId, restart, tried, beforeImage }: OwedRestart): Pending {
    const pending = { planId, stepId, restart, needed: true, tried, beforeImage };
    this.#pending.set(restart.unit, pending);
    return pending;
  }

  /** Carries out at once what a plan owed for steps that stand. One that fails stays owed in the journal. */
  async now(owed: OwedRestart): Promise<RollbackItem> {
    const pending = this.#pending.get(owed.restart.unit) ?? this.#left(owed);
    this.#pending.delete(owed.restart.unit);
    return await this.#restart(pending);
  }

  /** An interrupted step restarted it: it may be down because of that. */
  mayBeDown(unit: string): void {
    this.#tried.add(unit);
  }

  /** It is going to be restarted anyway. */
  isNeeded(unit: string): boolean {
    return this.#pending.get(unit)?.needed === true;
  }

  /** Before the undoing. Errors: those of the journal; then nothing may be undone. */
  async owe(history: StepHistory, restart: Restart): Promise<Result<void>> {
    const { planId, stepId } = history.intent;
    const known = this.#pending.get(restart.unit);
    const next = joined(known?.restart, restart);
    if (known === undefined) {
      const written = await this.#parts.journal.append({
        type: 'restart-owed',
        hostId: this.#work.hostId,
        planId,
        stepId,
        restart: next,
      });
      if (!written.ok) {
        return written;
      }
    }
    const needed = known?.needed === true;
    this.#pending.set(restart.unit, {
      ...(needed ? known : { planId, stepId }),
      restart: next,
      needed,
      tried: known?.tried === true || this.#tried.has(restart.unit),
      beforeImage: known?.beforeImage,
    });
    return succeed(undefined);
  }

  /** After the undoing: the restart is really needed. */
  confirm(unit: string): void {
    const known = this.#pending.get(unit);
    if (known !== undefined) {
      this.#pending.set(unit, { ...known, needed: true });
    }
  }

  /** The unit was stopped for good, as it was before. */
  waive(unit: string): void {
    const known = this.#pending.get(unit);
    if (known !== undefined) {
      this.#pending.set(unit, { ...known, needed: false });
    }
  }

  /** Carries out what is owed; one that fails stays owed in the journal. */
  async settle(): Promise<readonly RollbackItem[]> {
    const items: RollbackItem[] = [];
    for (const [unit, pending] of this.#pending) {
      this.#pending.delete(unit);
      if (pending.needed) {
        items.push(await this.#restart(pending));
      } else {
        await this.#journal(unit, 'not-needed', 'Nothing was undone that needs it.');
      }
    }
    return items;
  }

  async #restart(pending: Pending): Promise<RollbackItem> {
    const { planId, stepId, restart, tried } = pending;
    const kind = this.#parts.kinds['service-restart'];
    const now = await readUnit(this.#work.session, restart.unit);
    if (now.ok && now.value.state.active === 'inactive' && !tried) {
      // Starting what does not run would be a change that nobody asked for; it reads the old files whenever it is started.
      const note = `${restart.unit} does not run, so it was not restarted.`;
      const written = await this.#journal(restart.unit, 'not-needed', note);
      return {
        planId,
        stepId: restartStepId(restart.unit),
        title: kind.describe(restart).title,
        result: written.ok ? 'undone' : 'failed',
        note,
        ...(written.ok ? {} : { error: shown(written.error) }),
      };
    }
    const at = { planId, stepId: restartStepId(restart.unit) };
    const context = changeContext(this.#parts, this.#work.session, {
      tag: `${tagOf(planId, stepId)}-again`,
      guard: this.#events.guard,
      waitLonger: this.#events.waitLonger,
      progress: (note) => this.#events.step({ ...at, state: 'undoing', note }),
    });
    const before = await this.#before(pending, context);
    const applied = before.ok ? await kind.apply(restart, before.value, context) : before;
    const ended = applied.ok ? await kind.verify(restart, applied.value, context) : applied;
    // It has been restarted whatever becomes of the rest; the next host's restart looks for itself.
    const after = ended.ok && before.ok ? await kind.afterwards?.(restart, before.value, context) : undefined;
    const more = after === undefined ? '' : ` ${after.ok ? after.value : after.error.message}`;
    const note = ended.ok
      ? `${restart.unit} was restarted.${more}`.trim()
      : `${restart.unit} could not be restarted: ${ended.error.message}`;
    const written = await this.#journal(restart.unit, ended.ok ? 'done' : 'failed', note);
    const problem = ended.ok ? (written.ok ? undefined : written.error) : ended.error;
    if (!ended.ok) {
      this.#tried.add(restart.unit);
    }
    this.#events.step({ ...at, state: problem === undefined ? 'undone' : 'failed', note });
    return {
      ...at,
      title: kind.describe(restart).title,
      result: problem === undefined ? 'undone' : 'failed',
      note,
      ...(problem === undefined ? {} : { error: shown(problem) }),
    };
  }

  /** What the restart has to give back, journalled before anything is held back; nothing for a node of its own. */
  async #before(
    { planId, stepId, restart, beforeImage }: Pending,
    context: ChangeContext,
  ): Promise<Result<Uint8Array>> {
    if (restart.rolling === undefined) {
      return succeed(new TextEncoder().encode('{}'));
    }
    if (beforeImage !== undefined) {
      return await this.#parts.blobs.get(beforeImage);
    }
    const captured = await this.#parts.kinds['service-restart'].capture(restart, context);
    const stored = captured.ok ? await this.#parts.blobs.put(captured.value) : captured;
    if (!captured.ok || !stored.ok) {
      return captured.ok && !stored.ok ? stored : captured;
    }
    const written = await this.#parts.journal.append({
      type: 'restart-owed',
      hostId: this.#work.hostId,
      planId,
      stepId,
      restart,
      beforeImage: stored.value,
    });
    return written.ok ? captured : written;
  }

  async #journal(
    unit: string,
    result: 'done' | 'failed' | 'not-needed',
    note: string,
  ): Promise<Result<unknown>> {
    return await this.#parts.journal.append({
      type: 'restart-outcome',
      hostId: this.#work.hostId,
      unit,
      result,
      note,
    });
  }
}

/** A restart that undoing needs is no step of its plan; by this name it is listed all the same. */
export function restartStepId(unit: string): string {
  return `restart-${unit}`;
}
