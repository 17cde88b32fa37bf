/**
 * Securing a cluster, ended at chosen moments: each node is the old one or a secured one, and what was left open leads to a
 * cluster that is one of both as a whole, with all its documents; then back to the same bytes.
 */
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import type { ScriptRequest } from '../../shared/engine/ports.ts';
import { interruptedSteps, recoverHost } from '../../shared/engine/recover.ts';
import { rollBack } from '../../shared/engine/rollback.ts';
import { type Lab, type LabHost, openLab } from '../lab/index.ts';
import { value } from '../support/change-harness.ts';
import { type ClusterBench, clusterBench, securingTogether } from '../support/cluster-bench.ts';
import { installOfVersion, leftovers, status, tree } from './es-installs.ts';
import { asStranger } from './lab-probes.ts';

vi.setConfig({ testTimeout: 1_800_000, hookTimeout: 900_000 });

const every = process.env['BULWARK_LAB_SCENARIOS'] === 'every';
if (!every) {
  console.log('Not run, to save fifteen minutes: interruptions. BULWARK_LAB_SCENARIOS=every runs them.');
}

/** True at the nth script of this name, on whichever host. */
function nth(name: string, count: number): (hostId: string, request: ScriptRequest) => boolean {
  let seen = 0;
  return (_hostId, request) => {
    seen += request.name === name ? 1 : 0;
    return seen === count;
  };
}

describe.runIf(every)('securing a cluster, ended', () => {
  const install = installOfVersion('8.19.21');
  let lab: Lab;
  let hosts: readonly LabHost[];
  let bench: ClusterBench;
  let before: readonly string[];
  const names = () => hosts.map((host) => host.name);
  const first = () => names()[0] ?? '';

  beforeAll(async () => {
    lab = await openLab();
    hosts = await lab.upCluster('open-cluster', { name: 'cluster-killed' });
    bench = await clusterBench(hosts);
    before = await Promise.all(bench.benches.map((one) => one.see(tree(install.pathConf))));
  });
  afterAll(() => lab?.down());
  afterEach(() => expectOpen());

  async function expectOpen(): Promise<void> {
    for (const host of hosts) {
      const health = async () => (await asStranger(host, '/_cat/health?h=status,node.total')).body.trim();
      await expect.poll(health, { timeout: 240_000, interval: 2000 }).toBe(`green ${hosts.length}`);
      expect((await asStranger(host, '/orders/_count?filter_path=count')).body).toBe('{"count":200}');
    }
    expect(await Promise.all(bench.benches.map((one) => one.see(tree(install.pathConf))))).toEqual(before);
    expect(await Promise.all(bench.benches.map((one) => one.see(leftovers)))).toEqual(hosts.map(() => ''));
  }

  /** Applies, ends in the middle, and comes back as a program that knows only what was written. */
  async function ended(when: (hostId: string, request: ScriptRequest) => boolean): Promise<ClusterBench> {
    const said = await asStranger(hosts[0] ?? never(), '/_cluster/state/master_node');
    const uuid = /"cluster_uuid":"([^"]+)"/.exec(said.body)?.[1] ?? '';
    const work = await clusterBench(hosts);
    const plan = await work.plan(securingTogether(hosts, install, uuid));
    work.life.endsBefore = when;
    const again = work.life.end.then(() => work.startedAgain());
    const report = await work.apply(plan);
    expect(work.life.ended).toBe(true);
    expect(report.result).not.toBe('done');
    return await again;
  }

  const settled = async (work: ClusterBench) =>
    value(
      await recoverHost(
        { hostId: first(), how: 'settle', breakLock: true },
        work.parts,
        undefined,
        work.events,
      ),
    );

  /** How it ended, and what is still open. */
  async function settledTo(work: ClusterBench): Promise<readonly [string, number]> {
    const report = await settled(work);
    if (report.result !== 'settled') console.log(work.notes.join('\n'));
    console.log(report.items.map(({ hostId, result }) => `${hostId ?? first()}: ${result}`).join(', '));
    return [report.result, value(await interruptedSteps(work.journal, names())).length];
  }

  it('while the copies are made: nothing was changed', async () => {
    const work = await ended(nth('stage-own', 2));
    expect(await settledTo(work)).toEqual(['settled', 0]);
  });

  it('when two nodes are stopped: they go back by themselves', async () => {
    const work = await ended(nth('switch-begin', 3));
    for (const host of hosts) {
      const up = async () => (await asStranger(host, '/_cat/health?h=node.total')).body.trim();
      await expect.poll(up, { timeout: 400_000, interval: 3000 }).toBe(`${hosts.length}`);
    }
    expect(await settledTo(work)).toEqual(['settled', 0]);
  });

  it('when one node was called and the others were not: all go back', async () => {
    const work = await ended(nth('switch-call', 2));
    expect(await settledTo(work)).toEqual(['settled', 0]);
  });

  it('when all were called: all are finished, and go back together when asked', async () => {
    const work = await ended(nth('switch-forget', 1));
    expect(await settledTo(work)).toEqual(['settled', 0]);
    const password = value(await work.secrets.get(`es/${first()}/elastic`)).reveal();
    // The nodes of a cluster listen on their hosts' own addresses only. A loaded machine answers late, and curl asks once.
    for (const one of bench.benches)
      await expect
        .poll(() => status(one, `https://${one.host.address}:9200/orders/_count`, password), {
          timeout: 120_000,
          interval: 2000,
        })
        .toBe('200');
    const undone = value(
      await rollBack(
        { hostId: first(), scope: { of: 'host' }, reason: 'test' },
        work.parts,
        undefined,
        work.events,
      ),
    );
    if (undone.result !== 'undone') console.log(work.notes.join('\n'));
    expect(undone.result).toBe('undone');
  });
});

function never(): never {
  throw new Error('no host');
}
