/** One case from the bad state to the row: the run, the fault, the look past the product, the next start, the undoing. */
import { interruptedSteps, recoverHost } from '../../../shared/engine/recover.ts';
import { rollBack } from '../../../shared/engine/rollback.ts';
import { value } from '../../support/change-harness.ts';
import { AccessWatch, accessLimit } from './access-watch.ts';
import type { Cell, Row } from './contract.ts';
import type { EngineProcess, RunEnd } from './engine-process.ts';
import { faultTable } from './faults.ts';
import { type Ground, removeWorkplace } from './ground.ts';
import { type JournalSeen, missingImages, witnessJournal } from './journal-witness.ts';
import { withoutKept } from './kept-aside.ts';
import type { Known } from './known-states.ts';
import { furnish, openWorkplace, type Workplace } from './workplace.ts';

/** Reason of a row whose fault never happened. */
export const neverThere = 'the run never came to this boundary';

interface Struck {
  readonly end: RunEnd;
  /** The operator's own access; undefined when it did not come back. */
  readonly operator: number | undefined;
  /** Of somebody whom the new rules shut out: where the host heals itself. */
  readonly bystander: number | undefined;
}

class Findings {
  readonly wrong: string[] = [];
  /** What settling and undoing said of each step. */
  readonly notes: string[] = [];
  /** What they kept beside the old state, and named. */
  kept: string | undefined;
  expect(holds: boolean, sentence: string): void {
    if (!holds) this.wrong.push(sentence);
  }
}

async function strike(cell: Cell, ground: Ground, engine: EngineProcess, place: Workplace): Promise<Struck> {
  const fault = faultTable[cell.fault];
  const stage = { ground, engine, place };
  const operator = new AccessWatch(
    () => ground.canEnter(ground.operator),
    ground.guarded || cell.fault === 'host-rebooted',
  );
  const bystander = ground.guarded
    ? new AccessWatch(() => ground.canEnter(ground.bystander), true)
    : undefined;
  const how = await fault.strike(stage);
  if (how !== undefined) engine.goOn({ answerLost: false, clockOffset: 0, ...how });
  await fault.meanwhile?.(stage);
  const end = await engine.ended();
  await fault.heal?.(stage);
  await ground.quiet();
  return { end, operator: await operator.end(20), bystander: await bystander?.end(0) };
}

/** The next start of the app: lists what was interrupted, settles it, and has nothing open afterwards. */
async function settle(ground: Ground, place: Workplace, findings: Findings, drift: boolean): Promise<string> {
  const { parts, close } = await openWorkplace(place);
  try {
    const open = value(await interruptedSteps(parts.journal, [place.hostId]));
    const seen = witnessJournal(`${place.folder}/journal`);
    findings.expect(
      open.length === seen.open,
      `the next start lists ${open.length} interrupted steps where the journal has ${seen.open}`,
    );
    for (const missing of await missingImages(seen, parts.blobs)) findings.wrong.push(missing);
    if (open.length === 0) return seen.standing;
    const report = await recoverHost({ hostId: place.hostId, how: 'settle', breakLock: true }, parts);
    if (!report.ok) {
      findings.wrong.push(`settling was refused: ${report.error.code} ${report.error.message}`);
      return 'open';
    }
    const items = report.value.items.map((item) => item.result).join(', ');
    findings.notes.push(...report.value.items.map((item) => item.note));
    const drifted = drift && report.value.items.every((item) => item.result !== 'failed');
    findings.expect(
      report.value.result === 'settled' || drifted,
      `settling ended in: ${report.value.items.map((item) => `${item.result} ${item.note}`).join(' ')}`,
    );
    return `open, then ${items}`;
  } finally {
    await close();
  }
}

/** Undefined when the secret in the vault opens what it is for. */
async function lockedOutBySecret(ground: Ground, place: Workplace): Promise<string | undefined> {
  const { proof } = ground.kind;
  if (proof === undefined) return undefined;
  const { parts, close } = await openWorkplace(place);
  try {
    const secret = await parts.secrets.get(proof.ref);
    if (!secret.ok) return `the vault has no ${proof.ref}: ${secret.error.message}`;
    const stdin = `user = "${proof.user}:${secret.value.reveal()}"\n`;
    const { stdout } = await ground.host.run(proof.script, { stdin, timeoutMs: 120_000 });
    return stdout.trim() === proof.prints
      ? undefined
      : `${proof.ref} in the vault does not open it: ${stdout.trim()}`;
  } finally {
    await close();
  }
}

async function takeBack(ground: Ground, place: Workplace, findings: Findings, drift: boolean): Promise<void> {
  const { parts, close } = await openWorkplace(place);
  try {
    const report = await rollBack(
      { hostId: place.hostId, scope: { of: 'host' }, reason: 'crash matrix', breakLock: true },
      parts,
    );
    const complete = report.ok && report.value.result === 'undone';
    const drifted =
      drift && report.ok && report.value.items.every((item) => ['undone', 'drifted'].includes(item.result));
    const refused = ground.kind.notReversible !== undefined;
    if (report.ok) findings.notes.push(...report.value.items.map((item) => item.note));
    findings.expect(
      complete || drifted || refused,
      report.ok
        ? `undoing ended in: ${report.value.items.map((item) => `${item.result} ${item.note}`).join(' ')}`
        : `undoing was refused: ${report.error.code} ${report.error.message}`,
    );
  } finally {
    await close();
  }
}

/** Undoing once more finds nothing to undo, and tidies up what the interrupted run could not. */
async function nothingLeft(place: Workplace, findings: Findings): Promise<void> {
  const { parts, close } = await openWorkplace(place);
  try {
    const report = await rollBack(
      { hostId: place.hostId, scope: { of: 'host' }, reason: 'crash matrix', breakLock: true },
      parts,
    );
    findings.expect(
      !report.ok && report.error.code === 'NOT_FOUND',
      'there was something to undo although the journal says that nothing is left',
    );
  } finally {
    await close();
  }
}

function checkJournal(seen: JournalSeen, findings: Findings): void {
  for (const breach of seen.breaches) findings.wrong.push(`journal: ${breach}`);
}

/** The state after settling or undoing; what that kept on purpose is noted, and no part of it. */
async function stateNow(
  cell: Cell,
  ground: Ground,
  known: Known,
  findings: Findings,
): Promise<'old' | 'new' | 'between'> {
  const { seen, kept } = withoutKept(await ground.state(), ground.kind.keptAside, cell, findings.notes);
  findings.kept = kept;
  return known.stateOf(seen, cell.fault === 'file-edited');
}

async function look(
  cell: Cell,
  ground: Ground,
  known: Known,
  place: Workplace,
  struck: Struck,
): Promise<Row> {
  const findings = new Findings();
  const drift = cell.fault === 'file-edited';
  const { end, operator, bystander } = struck;
  const first = witnessJournal(`${place.folder}/journal`);
  checkJournal(first, findings);
  const afterFault = known.stateOf(await ground.state(), drift);
  // While rules that were proven are undone, they go on shutting others out as long as the run takes.
  const undoing = cell.boundary.startsWith('undo:');
  const shutOut = ground.guarded && afterFault === 'old' && !undoing ? bystander : operator;
  findings.expect(
    operator !== undefined && shutOut !== undefined && shutOut <= accessLimit(cell, ground),
    `access was back only after ${shutOut ?? 'never'} s`,
  );
  findings.expect(
    afterFault === 'old' || first.standing !== 'none',
    `the host is not in the old state (${afterFault}) although the journal has no record of a step`,
  );
  findings.expect(
    !(ground.kind.atomic && afterFault === 'between'),
    `neither old nor new right after the fault:\n${known.difference}`,
  );
  const settled = await settle(ground, place, findings, drift);
  const seen = await stateNow(cell, ground, known, findings);
  const second = witnessJournal(`${place.folder}/journal`);
  checkJournal(second, findings);
  const says = second.standing === 'applied' ? 'new' : 'old';
  // Where the two look alike, as after a restart, the journal knows which it is.
  const outcome = known.same && seen === 'old' ? says : seen;
  findings.expect(outcome !== 'between', `neither old nor new after settling:\n${known.difference}`);
  // An undoing that ended after its first steps stands between in the journal only: a restart, which comes first, changes nothing.
  findings.expect(
    drift || outcome === says || outcome === 'between' || known.same || second.standing === 'partly',
    `the journal says ${second.standing}, and the host is in the ${outcome} state`,
  );
  findings.expect(
    end.result !== 'done' || undoing || outcome === 'new' || drift,
    `the run said "done", and the host is in the ${outcome} state`,
  );
  const locked = outcome === 'new' ? await lockedOutBySecret(ground, place) : undefined;
  if (locked !== undefined) findings.wrong.push(locked);
  let rest = outcome;
  if (['applied', 'open', 'partly'].includes(second.standing)) {
    await takeBack(ground, place, findings, drift);
    rest = await stateNow(cell, ground, known, findings);
    findings.expect(
      rest === 'old' || drift || ground.kind.notReversible !== undefined,
      `not the old state after undoing everything (${rest}):\n${known.difference}`,
    );
  } else {
    await nothingLeft(place, findings);
    // A lock that was broken in the middle of being taken goes with the next boot.
    await ground.see('rm -rf /run/bulwark');
  }
  const left = await ground.traces();
  findings.expect(
    drift || ground.kind.notReversible !== undefined || left === known.traces,
    `left on the host:\n${left}`,
  );
  const bad = findings.wrong.length > 0;
  return {
    ...cell,
    hostKind: ground.hostKind,
    outcome: bad || outcome === 'between' || rest === 'between' ? 'failed' : outcome,
    struck: true,
    afterFault,
    accessBackSeconds: shutOut ?? null,
    journal: first.standing === settled ? settled : `${first.standing}, ${settled}`,
    run: end.killed ? 'killed' : end.result,
    reason: [
      ...findings.wrong,
      ...(bad ? [end.detail] : []),
      ...(findings.kept === undefined ? [] : [`kept on purpose, and named by undoing: ${findings.kept}`]),
    ].join('; '),
    seconds: 0,
  };
}

export async function runCase(cell: Cell, ground: Ground, known: Known, engine: EngineProcess): Promise<Row> {
  const fault = faultTable[cell.fault];
  const place = ground.workplace();
  try {
    await fault.ready?.(place);
    await furnish(place, ground.kind.secrets?.());
    const undoing = cell.boundary.startsWith('undo:');
    const change = await ground.kind.change(ground.see, ground.operator);
    const begun = await engine.begin({
      place,
      change,
      operation: undoing ? 'undo' : 'apply',
      stopAt: cell.boundary,
    });
    if (begun !== 'stopped') {
      return {
        ...cell,
        hostKind: ground.hostKind,
        outcome: 'failed',
        struck: false,
        afterFault: '',
        accessBackSeconds: null,
        journal: '',
        run: begun.result,
        reason: `${neverThere}: ${begun.detail}`,
        seconds: 0,
      };
    }
    const row = await look(cell, ground, known, place, await strike(cell, ground, engine, place));
    return row;
  } catch (error) {
    engine.kill();
    throw error;
  } finally {
    await fault.heal?.({ ground, engine, place }).catch(() => undefined);
    await fault.cleared?.(place);
    removeWorkplace(place);
  }
}
