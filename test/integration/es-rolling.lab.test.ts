/**
 * A change that needs a restart on all nodes of a cluster, by the program: one node after the other while a client writes, seen so
 * by another eye; the same documents and the same cluster settings afterwards. A node that does not start stops the plan, and a
 * program that is killed in between leaves a cluster.
 */
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { type Lab, type LabHost, openLab } from '../lab/index.ts';
import { LEFT_PASSWORD } from '../lab/nodes.ts';
import { askOpen, ClusterClient } from '../support/cluster-client.ts';
import { type AppliedByProgram, ClusterJob } from '../support/cluster-job.ts';
import { installOfVersion } from './es-installs.ts';

// Starts take minutes on a machine that does other work too.
vi.setConfig({ testTimeout: 1_800_000, hookTimeout: 900_000 });

const every = process.env['BULWARK_LAB_SCENARIOS'] === 'every';
if (!every) {
  console.log('Not run, to save ten minutes: rolling restarts. BULWARK_LAB_SCENARIOS=every runs them.');
}

const control = 'no-plaintext-secrets';
const allocation = 'cluster.routing.allocation.enable';
/** A directory login that somebody tried and switched off again, its password left in clear. */
const realm = 'xpack.security.authc.realms.ldap.corp';
const plainText = [
  `${realm}.order: 5`,
  `${realm}.enabled: false`,
  `${realm}.url: "ldap://127.0.0.1:389"`,
  `${realm}.bind_dn: "cn=search,dc=corp,dc=example"`,
  `${realm}.bind_password: "${LEFT_PASSWORD}"`,
  `${realm}.user_search.base_dn: "dc=corp,dc=example"`,
];

describe.runIf(every)('a cluster that is restarted node by node', () => {
  let lab: Lab;
  let hosts: readonly LabHost[];
  let job: ClusterJob;

  beforeAll(async () => {
    lab = await openLab();
    hosts = await lab.upCluster('open-cluster', { name: 'cluster-rolling' });
    const { pathConf } = installOfVersion('8.19.21');
    for (const host of hosts)
      await host.run(`cat >>${pathConf}/elasticsearch.yml`, { stdin: `${plainText.join('\n')}\n` });
    // A document that was confirmed is on two nodes.
    await ask('PUT', '/live', '{"settings":{"number_of_replicas":1}}');
    job = new ClusterJob(hosts);
    await job.begin();
  });
  afterAll(async () => {
    job?.end();
    await lab?.down();
  });

  const any = () => hosts[0] ?? never();
  const ask = async (method: string, path: string, body?: string, from = any()) =>
    (await askOpen(from, method, path, body)).body.trim();
  const settings = () => ask('GET', '/_cluster/settings?flat_settings=true');
  const count = async (index: string) => {
    await ask('POST', `/${index}/_refresh`);
    return Number(/"count":(\d+)/.exec(await ask('GET', `/${index}/_count`))?.[1]);
  };
  const green = (from = any()) =>
    expect
      .poll(() => ask('GET', '/_cat/health?h=status,node.total', undefined, from), {
        timeout: 300_000,
        interval: 1000,
      })
      .toBe(`green ${hosts.length}`);
  const master = async () => (await ask('GET', '/_cat/master?h=node')).trim();
  const nodeOf = async (host: LabHost) =>
    /"name":"([^"]+)"/.exec(
      await ask('GET', '/_nodes/_local/http?filter_path=nodes.*.name', undefined, host),
    )?.[1];
  const states = ({ steps }: AppliedByProgram) =>
    steps.map(({ hostId, state }) => `${job.hostOf(hostId).name} ${state}`);

  /** The work under the eyes of a client; the plan of the control, which has to be there. */
  async function watched<T>(
    act: () => Promise<T>,
  ): Promise<{ readonly done: T; readonly client: ClusterClient }> {
    const client = new ClusterClient(hosts, 'live').begin();
    try {
      return { done: await act(), client };
    } finally {
      await client.end();
      const { written, failed, downAtOnce, looks, away } = client;
      console.log(JSON.stringify({ written, failed, downAtOnce, looks, away }));
    }
  }

  async function planned() {
    const plan = await job.planFor(control);
    if (plan === null) throw new Error('nothing fails');
    return plan;
  }

  /** Hosts in the order of their restarts. */
  const order = (steps: readonly { readonly hostId: string; readonly change: { readonly kind: string } }[]) =>
    steps.filter(({ change }) => change.kind === 'service-restart').map(({ hostId }) => job.hostOf(hostId));

  it('goes one node at a time, keeps the setting and the documents, and has nothing to do twice', async () => {
    await ask('PUT', '/_cluster/settings', JSON.stringify({ persistent: { [allocation]: 'all' } }));
    const before = await settings();
    const elected = await master();
    const plan = await planned();
    expect(order(plan.steps)).toHaveLength(hosts.length);
    expect(await nodeOf(order(plan.steps).at(-1) ?? never())).toBe(elected);

    const { done, client } = await watched(() => job.applyToItsEnd(plan.digest));
    if (done.code !== 0) console.log(done.printed);
    expect(new Set(done.steps.map(({ state }) => state))).toEqual(new Set(['done']));
    expect(client).toMatchObject({ failed: 0, downAtOnce: 1 });
    expect(client.away.toSorted()).toEqual(hosts.map(({ name }) => name).toSorted());
    await green();
    expect(await settings()).toBe(before);
    expect(await count('orders')).toBe(200);
    expect(await count('live')).toBe(client.written);
    expect(await job.planFor(control)).toBeNull();

    const back = await watched(() => job.rollBack());
    expect(new Set(back.done)).toEqual(new Set(['undone']));
    expect(back.client).toMatchObject({ failed: 0, downAtOnce: 1 });
    await green();
    expect(await settings()).toBe(before);
  });

  it('stops at a node that does not start, says why, and gives the setting back', async () => {
    await ask('PUT', '/_cluster/settings', JSON.stringify({ persistent: { [allocation]: null } }));
    const before = await settings();
    const plan = await planned();
    const [first = never(), broken = never(), last = never()] = order(plan.steps);
    // The rehearsal runs the node itself, so it does not meet what only systemd does.
    const folder = '/etc/systemd/system/elasticsearch.service.d';
    await broken.run(
      `mkdir -p ${folder} && printf '[Service]\\nExecStartPre=/bin/sh -c "echo no such volume >&2; exit 1"\\n' >${folder}/90-broken.conf && systemctl daemon-reload`,
    );
    const { done, client } = await watched(() => job.applyToItsEnd(plan.digest));
    console.log(done.steps.map(({ note }) => note).join('\n'));
    expect(done.code).not.toBe(0);
    expect(states(done)).toContain(`${broken.name} failed`);
    expect(client).toMatchObject({ failed: 0, downAtOnce: 1 });
    expect(new Set(client.away)).toEqual(new Set([first.name, broken.name]));
    expect(states(done)).not.toContain(`${last.name} done`);
    const say = (path: string) => ask('GET', path, undefined, last);
    expect(await say('/_cluster/settings?flat_settings=true')).toBe(before);
    await broken.run(
      `rm ${folder}/90-broken.conf && systemctl daemon-reload && { systemctl reset-failed elasticsearch; systemctl start elasticsearch; }`,
    );
    await green(last);
    // It could not be put back then, so it is asked about now, and nothing else is begun before.
    expect(await job.recover()).not.toContain(false);
    await green(last);
    expect(await say('/_cluster/settings?flat_settings=true')).toBe(before);
  });

  it('is a cluster when the program was killed, and the setting comes back by settling', async () => {
    const before = await settings();
    const plan = await planned();
    const { client } = await watched(async () => {
      const { child, ended } = job.beginApply(plan.digest);
      await expect
        .poll(() => settings(), { timeout: 300_000, interval: 100 })
        .toContain(`"${allocation}":"primaries"`);
      child.kill('SIGKILL');
      await ended;
      await green();
      expect(await settings()).toContain(`"${allocation}":"primaries"`);
      expect(await job.recover()).not.toContain(false);
    });
    expect(client).toMatchObject({ failed: 0 });
    expect(client.downAtOnce).toBeLessThanOrEqual(1);
    expect(await settings()).toBe(before);
    await green();
    expect(await count('orders')).toBe(200);
  });
});

function never(): never {
  throw new Error('no host');
}
