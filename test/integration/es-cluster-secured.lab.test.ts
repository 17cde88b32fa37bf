/**
 * An open cluster with documents becomes a secured one in one restart of all its nodes, seen so from outside by other tools,
 * with the same documents on every node; and goes back to the open cluster, to the same bytes.
 */
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { rollBack } from '../../shared/engine/rollback.ts';
import { CLUSTERS, type ClusterName } from '../lab/clusters.ts';
import { execute } from '../lab/command.ts';
import { type Lab, type LabHost, openLab } from '../lab/index.ts';
import { value } from '../support/change-harness.ts';
import {
  type ClusterBench,
  clusterBench,
  rotatingTogether,
  securingTogether,
} from '../support/cluster-bench.ts';
import { ClusterJob } from '../support/cluster-job.ts';
import { installOfVersion, leftovers, tree } from './es-installs.ts';
import { asStranger } from './lab-probes.ts';

// Starts take minutes on a machine that does other work too.
vi.setConfig({ testTimeout: 1_800_000, hookTimeout: 900_000 });

const every = process.env['BULWARK_LAB_SCENARIOS'] === 'every';
const clusters: readonly ClusterName[] = ['open-cluster', 'open-cluster-9', 'open-cluster-7'];
if (!every) {
  console.log(
    `Not run, to save ten minutes: ${clusters.join(', ')}. BULWARK_LAB_SCENARIOS=every runs them; BULWARK_LAB_CLUSTER=NAME one of them.`,
  );
}
const one = clusters.filter((name) => name === process.env['BULWARK_LAB_CLUSTER']);

describe.runIf(every || one.length > 0).each(one.length > 0 ? one : clusters)(
  'the open cluster %s',
  (name) => {
    const install = installOfVersion(CLUSTERS[name].node.version);
    let lab: Lab;
    let hosts: readonly LabHost[];
    let bench: ClusterBench;
    let before: readonly string[];

    beforeAll(async () => {
      lab = await openLab();
      hosts = await lab.upCluster(name);
      bench = await clusterBench(hosts);
      before = await trees();
    });
    afterAll(() => lab?.down());

    const onEach = <T>(act: (host: LabHost, at: number) => Promise<T>) => Promise.all(hosts.map(act));
    const trees = () => Promise.all(bench.benches.map((one) => one.see(tree(install.pathConf))));
    const rests = () => Promise.all(bench.benches.map((one) => one.see(leftovers)));

    async function passwordOf(host: LabHost): Promise<string> {
      return value(await bench.secrets.get(`es/${host.name}/elastic`)).reveal();
    }

    /** curl on the machine outside, by the node's address, trusting only the authority; the password on standard input. */
    async function ask(host: LabHost, path: string): Promise<string> {
      const ca = value(await bench.secrets.get(`es/${host.name}/http-ca`)).reveal();
      const asked = await execute(
        [
          'sh',
          '-c',
          'ca=$(mktemp); printf "%s" "$1" > "$ca"; curl -s --cacert "$ca" -K - --max-time 20 -- "$2"; rm -f "$ca"',
          'sh',
          ca,
          `https://${host.address}:9200${path}`,
        ],
        { stdin: `user = "elastic:${await passwordOf(host)}"\n`, timeoutMs: 40_000 },
      );
      return asked.stdout.trim();
    }

    it('is secured as a whole, with its documents, and taken back as a whole', async () => {
      const said = await asStranger(hosts[0] ?? never(), '/_cluster/state/master_node');
      const uuid = /"cluster_uuid":"([^"]+)"/.exec(said.body)?.[1] ?? '';
      const changes = securingTogether(hosts, install, uuid);
      const plan = await bench.plan(changes);
      expect(plan.steps.map((step) => step.hostId)).toEqual(hosts.map((host) => host.name));
      expect(plan.steps[0]?.words.join(' ')).toMatch(/whole cluster is down for about .* seconds/);

      const began = Date.now();
      const report = await bench.apply(plan);
      if (report.result !== 'done') console.log(bench.notes.join('\n'));
      expect(report.result).toBe('done');
      console.log(`${name}: secured in ${Math.round((Date.now() - began) / 1000)} s`);

      const passwords = await onEach(passwordOf);
      expect(new Set(passwords).size).toBe(1);
      for (const host of hosts) {
        expect(await ask(host, '/_cat/health?h=status,node.total')).toBe(`green ${hosts.length}`);
        expect(await ask(host, '/orders/_count?filter_path=count')).toBe('{"count":200}');
        await expectClosed(host);
        for (const port of [9200, 9300]) {
          const ca = value(await bench.secrets.get(`es/${host.name}/http-ca`)).reveal();
          const seen = await execute(
            [
              'sh',
              '-c',
              'ca=$(mktemp); printf "%s" "$1" > "$ca"; openssl s_client -connect "$2" -CAfile "$ca" -verify_return_error -verify_ip "$3" </dev/null 2>/dev/null; rm -f "$ca"',
              'sh',
              ca,
              `${host.address}:${port}`,
              host.address,
            ],
            { timeoutMs: 40_000 },
          );
          expect(seen.stdout).toContain('Verify return code: 0 (ok)');
        }
      }
      // Only one authority was made for all of them.
      const authorities = await onEach(async (host) =>
        value(await bench.secrets.get(`es/${host.name}/http-ca`)).reveal(),
      );
      expect(new Set(authorities).size).toBe(1);

      const again = await bench.plan(changes);
      expect(again.steps.map((step) => step.nothingToDo)).toEqual(hosts.map(() => true));
      expect((await bench.apply(again)).steps.map((step) => step.state)).toEqual(
        hosts.map(() => 'nothing-to-do'),
      );

      await rotates();

      const undone = value(
        await rollBack(
          { hostId: hosts[1]?.name ?? '', scope: { of: 'plan', planId: plan.id }, reason: 'test' },
          bench.parts,
          undefined,
          bench.events,
        ),
      );
      if (undone.result !== 'undone') console.log(bench.notes.join('\n'));
      expect(undone.result).toBe('undone');
      expect(undone.items).toHaveLength(hosts.length);
      await expectOpen();
    });

    /** Once through one node, proven by all, known for every host; taken back from another host than that one. */
    async function rotates(): Promise<void> {
      const [earlier = ''] = await onEach(passwordOf);
      const rotating = rotatingTogether(hosts, install, 'rotate-1');
      const plan = await bench.plan(rotating);
      const report = await bench.apply(plan);
      if (report.result !== 'done') console.log(bench.notes.join('\n'));
      expect(report.steps.map((step) => step.state)).toEqual(hosts.map(() => 'done'));
      expect(new Set(await onEach(passwordOf)).size).toBe(1);
      expect(await passwordOf(hosts[2] ?? never())).not.toBe(earlier);
      const health = `green ${hosts.length}`;
      for (const host of hosts) expect(await ask(host, '/_cat/health?h=status,node.total')).toBe(health);
      expect((await bench.plan(rotating)).steps.map((step) => step.nothingToDo)).toEqual(
        hosts.map(() => true),
      );
      const back = value(
        await rollBack(
          { hostId: hosts[1]?.name ?? '', scope: { of: 'plan', planId: plan.id }, reason: 'test' },
          bench.parts,
          undefined,
          bench.events,
        ),
      );
      if (back.result !== 'undone') console.log(bench.notes.join('\n'));
      expect(back.items.map(({ result }) => result)).toEqual(hosts.map(() => 'undone'));
      expect(await onEach(passwordOf)).toEqual(hosts.map(() => earlier));
      for (const host of hosts) expect(await ask(host, '/_cat/health?h=status,node.total')).toBe(health);
    }

    it.runIf(every)(
      'is planned, secured and taken back by the program, asked for one finding of one host',
      async () => {
        const job = new ClusterJob(hosts);
        await job.begin();
        const plan = await job.planFrom(hosts[2] ?? never());
        expect(plan.steps.map((step) => step.change.kind)).toEqual(hosts.map(() => 'es-own-certificates'));
        expect(new Set(plan.steps.map((step) => step.together)).size).toBe(1);
        expect(await job.apply(plan.digest)).toEqual(hosts.map(() => 'done'));
        for (const host of hosts) await expectClosed(host);
        expect(await job.rollBack()).toEqual(hosts.map(() => 'undone'));
        job.end();
        await expectOpen();
      },
    );

    /** curl on the machine outside: nothing in clear, and a stranger is refused over TLS; both ports greet by TLS. */
    async function expectClosed(host: LabHost): Promise<void> {
      expect(await asStranger(host, '/')).toMatchObject({ status: 0 });
      const refused = await execute(
        [
          'curl',
          '-sk',
          '--max-time',
          '20',
          '-o',
          '/dev/null',
          '-w',
          '%{http_code}',
          `https://${host.address}:9200/`,
        ],
        { timeoutMs: 40_000 },
      );
      expect(refused.stdout).toBe('401');
      for (const port of [9200, 9300]) {
        const greeted = await execute(
          [
            'sh',
            '-c',
            'openssl s_client -connect "$1" </dev/null 2>/dev/null',
            'sh',
            `${host.address}:${port}`,
          ],
          { timeoutMs: 40_000 },
        );
        expect(greeted.stdout).toMatch(/Protocol *: TLSv1\.[23]|New, TLSv1\.[23]/);
        expect(greeted.stdout).toContain('BEGIN CERTIFICATE');
      }
    }

    async function expectOpen(): Promise<void> {
      for (const host of hosts) {
        await expect
          .poll(async () => (await asStranger(host, '/_cat/health?h=status,node.total')).body.trim(), {
            timeout: 180_000,
            interval: 2000,
          })
          .toBe(`green ${hosts.length}`);
        expect((await asStranger(host, '/orders/_count?filter_path=count')).body).toBe('{"count":200}');
      }
      expect(await trees()).toEqual(before);
      expect(await rests()).toEqual(hosts.map(() => ''));
    }
  },
);

function never(): never {
  throw new Error('no host');
}
