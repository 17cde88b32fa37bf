/**
 * Another authority takes the place of the one above a secured cluster of three nodes, in three rounds without a restart; ended at
 * each boundary of rounds every node has the old or the new state and the cluster stays formed; taken back, the bytes are the old ones.
 */
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { Change } from '../../shared/domain/change.ts';
import type { Plan } from '../../shared/domain/plan.ts';
import { interruptedSteps, recoverHost } from '../../shared/engine/recover.ts';
import { rollBack } from '../../shared/engine/rollback.ts';
import { shownBy } from '../demo/cluster-rotation.ts';
import { WritingClient } from '../demo/writing-client.ts';
import { type Lab, type LabHost, openLab } from '../lab/index.ts';
import { value } from '../support/change-harness.ts';
import { type ClusterBench, clusterBench, securingTogether } from '../support/cluster-bench.ts';
import { type RollOverPlan, rollOverOf } from '../support/roll-over.ts';
import { installOfVersion, tree } from './es-installs.ts';
import { asStranger } from './lab-probes.ts';

// Starts take minutes on a machine that does other work too.
vi.setConfig({ testTimeout: 1_800_000, hookTimeout: 1_800_000 });

const every = process.env['BULWARK_LAB_SCENARIOS'] === 'every';
if (!every) {
  console.log(
    'Not run, to save eight minutes: roll-over of the authority. BULWARK_LAB_SCENARIOS=every runs it.',
  );
}

const control = 'certificate-expiry';

describe.runIf(every)('the authority of a secured cluster', () => {
  const install = installOfVersion('8.19.21');
  let lab: Lab;
  let hosts: readonly LabHost[];
  let bench: ClusterBench;
  let owner: string;

  beforeAll(async () => {
    lab = await openLab();
    hosts = await lab.upCluster('open-cluster', { name: 'roll-over' });
    bench = await clusterBench(hosts);
    const said = await asStranger(hosts[0] ?? never(), '/_cluster/state/master_node');
    const uuid = /"cluster_uuid":"([^"]+)"/.exec(said.body)?.[1] ?? '';
    const secured = await bench.apply(await bench.plan(securingTogether(hosts, install, uuid)));
    if (secured.result !== 'done') throw new Error(`It was not secured:\n${bench.notes.join('\n')}`);
    owner = (await see(`stat -c %U ${install.pathConf}/certs/node.p12`))[0]?.trim() ?? '';
  });
  afterAll(() => lab?.down());

  const see = (script: string) => Promise.all(bench.benches.map((one) => one.see(script)));
  const without = (text: string) => text.replaceAll(/ [\d.]+$/gm, '');
  const trees = async () => (await see(tree(install.pathConf))).map(without);
  const processes = () => see('systemctl show -p MainPID -p NRestarts elasticsearch');

  async function client(of: RollOverPlan): Promise<WritingClient> {
    const writing = new WritingClient(
      hosts.map(({ address }) => address),
      'orders',
    );
    const password = value(await bench.secrets.get(`es/${hosts[0]?.name ?? ''}/elastic`)).reveal();
    // As an operator arranges it before the second round.
    writing.enterBy({ scheme: 'https', ca: of.oldPem + of.newPem, user: 'elastic', password });
    return writing;
  }

  /** Nodes that see each other, by the authority of before, the new one, or both. */
  async function expectFormed(writing: WritingClient): Promise<void> {
    const health = () => writing.ask('/_cat/health?h=status,node.total').catch(String);
    await expect.poll(health, { timeout: 60_000 }).toContain(`green ${hosts.length}`);
  }

  it('is replaced without a restart or a failed request, and comes back', async () => {
    const before = await trees();
    const started = await processes();
    const of = await rollOverOf(hosts, install, owner, bench.parts);
    const plan = await bench.plan(of.rounds, control);
    expect(plan.steps.map(({ title }) => title.slice(0, 12))).toEqual(
      [1, 2, 3].flatMap((round) => hosts.map(() => `round ${round} of 3`)),
    );
    const writing = await client(of);
    writing.phase('forward');
    const report = await bench.apply(plan);
    if (report.result !== 'done') console.log(bench.notes.join('\n'));
    expect(report.result).toBe('done');
    for (const { verified } of await shownBy(hosts, of.newPem)) expect(verified).toBe(true);
    for (const { verified } of await shownBy(hosts, of.oldPem)) expect(verified).toBe(false);
    expect(value(await bench.secrets.get('pki/authority')).reveal()).toContain(of.newPem.trim());
    const again = await bench.plan(new Map([...of.rounds].map(([host, [, , last]]) => [host, [last]])));
    expect(again.steps.every((step) => step.nothingToDo)).toBe(true);

    writing.phase('back');
    // One host is asked for; each round goes back on all of them before the one below it.
    const undone = value(
      await rollBack(
        { hostId: hosts[0]?.name ?? '', scope: { of: 'plan', planId: plan.id }, reason: 'asked for' },
        bench.parts,
        undefined,
        bench.events,
      ),
    );
    expect(undone.items.filter(({ result }) => result !== 'undone')).toEqual([]);
    expect(undone.items).toHaveLength(9);
    await writing.stop();
    console.log(JSON.stringify(writing.tallies));
    expect(Object.values(writing.tallies).map(({ failed }) => failed)).toEqual([0, 0]);
    for (const { verified } of await shownBy(hosts, of.oldPem)) expect(verified).toBe(true);
    expect(value(await bench.secrets.get('pki/authority')).reveal()).toContain(of.oldPem.trim());
    expect(await trees()).toEqual(before);
    expect(await processes()).toEqual(started);
  });

  it.each([
    ['the last node of round 1', 3],
    ['the first node of round 2', 4],
    ['the last node of round 2', 6],
    ['the first node of round 3', 7],
  ])('is interrupted at %s, goes on, and comes back', async (_, step) => {
    const before = await trees();
    const of = await rollOverOf(hosts, install, owner, bench.parts);
    const work = bench.startedAgain();
    const plan: Plan = await work.plan(of.rounds, control);
    const writing = await client(of);
    writing.phase('interrupted');
    let files = 0;
    // The program ends right after the files of the step were written.
    work.life.endsBefore = (_host, request) => {
      if (files === step) return true;
      files += request.name === 'write-files' ? 1 : 0;
      return false;
    };
    const started = work.life.end.then(() => work.startedAgain());
    const report = await work.apply(plan);
    expect(work.life.ended).toBe(true);
    expect(report.result).not.toBe('done');
    await expectFormed(writing);
    const next = await started;
    for (const { hostId } of value(
      await interruptedSteps(
        next.journal,
        hosts.map(({ name }) => name),
      ),
    ))
      value(
        await recoverHost({ hostId, how: 'settle', breakLock: true }, next.parts, undefined, next.events),
      );
    await expectFormed(writing);
    // Where every node has its new certificate, only the third round is left: so the order plans it.
    const left = new Map<string, readonly Change[]>(
      [...of.rounds].map(([host, rounds]) => [host, step > 6 ? rounds.slice(2) : rounds]),
    );
    const rest = await next.apply(await next.plan(left, control));
    expect(rest.result).toBe('done');
    for (const { verified } of await shownBy(hosts, of.newPem)) expect(verified).toBe(true);
    // What two plans did goes back round after round all the same, on all nodes, asked for on one.
    const scope = { of: 'finding', controlId: control } as const;
    const undone = value(
      await rollBack(
        { hostId: hosts[0]?.name ?? '', scope, reason: 'asked for' },
        next.parts,
        undefined,
        next.events,
      ),
    );
    expect(undone.items.filter(({ result }) => result !== 'undone')).toEqual([]);
    await writing.stop();
    expect(writing.tallies['interrupted']?.failed).toBe(0);
    expect(await trees()).toEqual(before);
    expect(value(await next.secrets.get('pki/authority')).reveal()).toContain(of.oldPem.trim());
  });
});

function never(): never {
  throw new Error('there is no host');
}
