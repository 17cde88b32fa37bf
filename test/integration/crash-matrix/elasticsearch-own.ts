/**
 * What Elasticsearch itself does on the way: its tools are ended in the middle, a keystore entry has no line in the settings, a
 * node joins nobody, a configuration is rejected. Each case is brought about on a real node with Elasticsearch's own means; then
 * Bulwark makes its plan, says what it sees, does it or refuses, and takes it back. One row a case, like those of the faults.
 */
import { copyFileSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Change } from '../../../shared/domain/change.ts';
import { succeed } from '../../../shared/domain/result.ts';
import { type ApplyReport, applyPlan } from '../../../shared/engine/apply.ts';
import { interruptedSteps, recoverHost } from '../../../shared/engine/recover.ts';
import { rollBack } from '../../../shared/engine/rollback.ts';
import type { Lab, LabHost, ScenarioName } from '../../lab/index.ts';
import { value } from '../../support/change-harness.ts';
import { type Outcome, type OwnFaultName, type Proof, type Row, withoutNames } from './contract.ts';
import { tracesScript } from './ground.ts';
import { missingImages, witnessJournal } from './journal-witness.ts';
import { furnish, openWorkplace, planFor, type Workplace } from './workplace.ts';

/** Sets these rows apart in the table. */
export const ownVariant = 'Elasticsearch’s own';

export interface OwnCase {
  readonly fault: OwnFaultName;
  /** What was left or what is wrong: stands in the row where others name a boundary. */
  readonly what: string;
  readonly scenario: ScenarioName;
  /** Tried with the usual tests, and not in the full product alone. */
  readonly chosen: boolean;
  /** Root script; fails when it could not bring it about. Ends with the host in a state that a plan can be made for. */
  readonly harm: string;
  readonly change: Change;
  readonly secrets?: Readonly<Record<string, string>>;
  /** What the operator is told, in the plan or as the reason of a refusal: every one of them. */
  readonly says: readonly RegExp[];
  /** How the run ends: `done`, or the code of the refusal. */
  readonly ends: string;
  /** What refusing or taking back must leave as it was. */
  readonly witness: string;
  /** Root script that must succeed after `done`. */
  readonly good?: string;
  readonly proof?: Proof;
  readonly notReversible?: string;
  /** Root script that mends the cause; what was left open is settled after it. */
  readonly repair: string;
}

interface Scene {
  readonly host: LabHost;
  readonly place: Workplace;
  readonly wrong: string[];
  see(script: string): Promise<string>;
}

function expectIn(scene: Scene, holds: boolean, sentence: string): void {
  if (!holds) scene.wrong.push(sentence);
}

function difference(before: string, after: string): string {
  const [old, now] = [before.split('\n'), after.split('\n')];
  return [
    ...old.filter((line) => !now.includes(line)).map((line) => `-${line}`),
    ...now.filter((line) => !old.includes(line)).map((line) => `+${line}`),
  ].join('\n');
}

function workplaceOn(host: LabHost): Workplace {
  const outer = mkdtempSync(join(tmpdir(), 'own-'));
  const folder = join(outer, 'workspace');
  mkdirSync(folder);
  const knownHosts = join(outer, 'known_hosts');
  copyFileSync(host.knownHostsFile, knownHosts);
  const { address, port, user, identityFile } = host;
  return { folder, hostId: host.name, address, port, user, identityFile, knownHosts };
}

function endOf(report: ApplyReport): string {
  return report.error === undefined ? report.result : report.error.code;
}

/** Plan and run, as the app does it. @returns how it ended and everything that was told */
async function carryOut(
  own: OwnCase,
  scene: Scene,
): Promise<{ readonly end: string; readonly told: string }> {
  const { parts, close } = await openWorkplace(scene.place);
  try {
    const plan = await planFor(scene.place.hostId, own.change, parts);
    const told = plan.steps.flatMap((step) => step.words);
    const report = await applyPlan(
      { plan, approvedDigest: plan.digest, factsDigest: () => Promise.resolve(succeed('f')) },
      parts,
    );
    if (!report.ok) return { end: report.error.code, told: [...told, report.error.message].join('\n') };
    const { error } = report.value;
    if (error !== undefined) told.push(error.message, error.nextStep);
    return { end: endOf(report.value), told: told.join('\n') };
  } finally {
    await close();
  }
}

async function proven(own: OwnCase, scene: Scene): Promise<void> {
  const { proof } = own;
  if (proof === undefined) return;
  const { parts, close } = await openWorkplace(scene.place);
  try {
    const secret = value(await parts.secrets.get(proof.ref));
    const stdin = `user = "${proof.user}:${secret.reveal()}"\n`;
    const { stdout } = await scene.host.run(proof.script, { stdin, timeoutMs: 120_000 });
    expectIn(scene, stdout.trim() === proof.prints, `${proof.ref} does not open it: ${stdout.trim()}`);
  } finally {
    await close();
  }
}

async function takeBack(own: OwnCase, scene: Scene): Promise<void> {
  const { parts, close } = await openWorkplace(scene.place);
  try {
    const missing = await missingImages(witnessJournal(`${scene.place.folder}/journal`), parts.blobs);
    scene.wrong.push(...missing);
    const report = await rollBack(
      { hostId: scene.place.hostId, scope: { of: 'host' }, reason: 'crash matrix', breakLock: true },
      parts,
    );
    expectIn(
      scene,
      (report.ok && report.value.result === 'undone') || own.notReversible !== undefined,
      `undoing ended in: ${report.ok ? report.value.items.map(({ result, note }) => `${result} ${note}`).join(' ') : report.error.message}`,
    );
  } finally {
    await close();
  }
}

/** After the cause is mended: what a refusal left open is settled, and nothing is open afterwards. */
async function settle(scene: Scene): Promise<string> {
  const { parts, close } = await openWorkplace(scene.place);
  try {
    const { hostId } = scene.place;
    const open = value(await interruptedSteps(parts.journal, [hostId]));
    if (open.length === 0) return '';
    const report = await recoverHost({ hostId, how: 'settle', breakLock: true }, parts);
    const items = report.ok ? report.value.items.map(({ result, note }) => `${result} ${note}`.trim()) : [];
    expectIn(
      scene,
      report.ok && report.value.result === 'settled',
      `settling ended in: ${report.ok ? items.join(', ') : report.error.message}`,
    );
    return `, then ${report.ok ? report.value.items.map(({ result }) => result).join(', ') : 'open'}`;
  } finally {
    await close();
  }
}

/** From the harm to the row. The host is left repaired. */
async function tryCase(own: OwnCase, host: LabHost): Promise<Row> {
  const began = Date.now();
  const see = async (script: string) => {
    const out = await host.run(`set -e\n${script}`, { timeoutMs: 400_000 });
    if (out.code !== 0)
      throw new Error(`on ${host.name}: ${script.slice(0, 300)}: ${out.stderr.slice(-600)}`);
    return out.stdout;
  };
  const scene: Scene = { host, place: workplaceOn(host), wrong: [], see };
  let end = '';
  let journal = '';
  let afterFault: Row['afterFault'] = '';
  let outcome: Outcome = 'failed';
  let struck = false;
  try {
    const traces = withoutNames(await see(tracesScript));
    await see(own.harm);
    struck = true;
    await furnish(scene.place, own.secrets);
    const before = await see(own.witness);
    const ran = await carryOut(own, scene);
    end = ran.end;
    expectIn(scene, end === own.ends, `it ended in ${end}, not in ${own.ends}: ${ran.told}`);
    for (const wanted of own.says)
      expectIn(scene, wanted.test(ran.told), `nobody says ${wanted.source}: ${ran.told}`);
    const seen = witnessJournal(`${scene.place.folder}/journal`);
    scene.wrong.push(...seen.breaches.map((breach) => `journal: ${breach}`));
    journal = seen.standing;
    if (end === 'done') {
      afterFault = 'new';
      if (own.good !== undefined) await see(own.good);
      await proven(own, scene);
      await takeBack(own, scene);
    } else {
      afterFault = 'old';
    }
    const after = await see(own.witness);
    expectIn(
      scene,
      after === before || own.notReversible !== undefined,
      `not as it was:\n${difference(before, after)}`,
    );
    await see(own.repair);
    const settled = await settle(scene);
    journal += settled;
    if (witnessJournal(`${scene.place.folder}/journal`).standing === 'applied' && settled !== '')
      await takeBack(own, scene);
    const left = withoutNames(await see(tracesScript));
    // What cannot be taken back stays in the means to take back by hand.
    expectIn(scene, left === traces || own.notReversible !== undefined, `left on the host:\n${left}`);
    outcome = end === 'done' ? 'new' : 'old';
  } catch (error) {
    scene.wrong.push(error instanceof Error ? error.message : String(error));
  } finally {
    rmSync(join(scene.place.folder, '..'), { recursive: true, force: true });
  }
  return {
    kind: own.change.kind,
    variant: ownVariant,
    boundary: own.what,
    fault: own.fault,
    hostKind: own.scenario,
    outcome: scene.wrong.length > 0 ? 'failed' : outcome,
    struck,
    afterFault,
    accessBackSeconds: null,
    journal,
    run: end,
    reason: scene.wrong.join('; '),
    seconds: Math.round((Date.now() - began) / 100) / 10,
  };
}

/** One host for all cases of a scenario, exchanged after a case that failed. */
export async function runOwn(
  lab: Lab,
  cases: readonly OwnCase[],
  onRow: (row: Row, left: number) => void,
): Promise<readonly Row[]> {
  const rows: Row[] = [];
  const scenarios = [...new Set(cases.map(({ scenario }) => scenario))];
  for (const scenario of scenarios) {
    let host: LabHost | undefined;
    for (const own of cases.filter((one) => one.scenario === scenario)) {
      host ??= await lab.up(scenario, { name: `own-${scenario}` });
      const row = await tryCase(own, host);
      rows.push(row);
      onRow(row, cases.length - rows.length);
      if (row.outcome === 'failed') {
        await host.down();
        host = undefined;
      }
    }
    await host?.down();
  }
  return rows;
}
