/** Clusters of the lab: several hosts whose nodes found each other over the lab's own network, and what is left afterwards. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { joinTopology } from '../../shared/engine/topology/topology.ts';
import { CLUSTERS, type ClusterName } from '../lab/clusters.ts';
import { sleep, waitFor } from '../lab/command.ts';
import { recordedHosts } from '../lab/host-record.ts';
import { type Lab, type LabHost, openLab } from '../lab/index.ts';
import { healLeftovers, runningLabs } from '../lab/namespace.ts';
import { ELASTICSEARCH } from '../lab/versions.ts';
import { look } from '../support/lab-look.ts';
import { type Footprint, footprint, traces } from './lab-footprint.ts';
import { asStranger, overSsh } from './lab-probes.ts';

const every = process.env['BULWARK_LAB_SCENARIOS'] === 'every';
const usual: readonly ClusterName[] = ['open-cluster'];
const further: readonly ClusterName[] = ['open-cluster-9', 'open-cluster-7'];
if (!every) {
  console.log(
    `Not run, to save two minutes: ${further.join(', ')}. BULWARK_LAB_SCENARIOS=every runs them too.`,
  );
}

/** The body of an answer that every node has to give alike. */
async function fromEach(hosts: readonly LabHost[], path: string): Promise<readonly string[]> {
  const answers = await Promise.all(hosts.map((host) => asStranger(host, path)));
  return answers.map(({ status, body }) => (status === 200 ? body.trim() : `status ${status}`));
}

describe.each(every ? [...usual, ...further] : usual)('the cluster %s', (name) => {
  const { node } = CLUSTERS[name];
  let lab: Lab;
  let hosts: readonly LabHost[];
  let before: Footprint;
  beforeAll(async () => {
    lab = await openLab({ log: (line) => console.error(line) });
    hosts = await lab.upCluster(name);
  });
  afterAll(async () => {
    await lab?.down();
  });

  it('is green, and every node knows the same cluster, the same master and all nodes', async () => {
    const states = await fromEach(
      hosts,
      '/_cluster/state/master_node,nodes?filter_path=cluster_uuid,master_node,nodes.*.name',
    );
    const health = await fromEach(hosts, '/_cat/health?h=status,node.total,node.data');
    expect(health).toEqual(hosts.map(() => `green ${node.members.length} ${node.members.length}`));
    const uuids = states.map((state) => /"cluster_uuid":"([^"]+)"/.exec(state)?.[1]);
    const masters = states.map((state) => /"master_node":"([^"]+)"/.exec(state)?.[1]);
    expect([new Set(uuids).size, new Set(masters).size]).toEqual([1, 1]);
    expect(uuids[0]).not.toBe('_na_');
    for (const member of node.members)
      expect(states.every((state) => state.includes(`"name":"${member}"`))).toBe(true);
  });

  it('holds the same documents whichever node is asked, and every node holds some of them', async () => {
    const counts = await fromEach(hosts, '/orders/_count?filter_path=count');
    expect(counts).toEqual(hosts.map(() => '{"count":200}'));
    // A green cluster may still move shards for balance: `node-2 -> 10.77.71.13 6CypUn7hRaeHWkGOd920Wg node-3`.
    const holders = async () => {
      const [shards = ''] = await fromEach(hosts, '/_cat/shards/orders?h=node');
      return new Set(shards.split('\n').map((line) => line.trim().split(' ')[0]));
    };
    await expect.poll(holders, { timeout: 60_000, interval: 500 }).toEqual(new Set(node.members));
  });

  it(`runs ${node.version} on real addresses under host names that all of them know`, async () => {
    const [versions = ''] = await fromEach(hosts, '/_cat/nodes?h=version,ip');
    const lines = versions.split('\n').map((line) => line.trim().replace(/ +/, ' '));
    expect(lines.toSorted()).toEqual(hosts.map(({ address }) => `${node.version} ${address}`).toSorted());
    for (const host of hosts) {
      const known = await host.run(`getent hosts ${hosts.map((other) => other.name).join(' ')}`);
      expect(known.stdout.match(/10\.77\.\S+/g)).toEqual(hosts.map(({ address }) => address));
      expect(await overSsh(host, 'hostname')).toMatchObject({ stdout: `${host.name}\n` });
    }
    expect(ELASTICSEARCH[node.version].version).toBe(node.version);
  });

  it('is one picture when every host is read: nodes, master, addresses, who holds data, nobody odd', async () => {
    const looks = await Promise.all(hosts.map((host) => look(host)));
    const seen = looks.map(({ scan, host }) => ({
      hostId: host.name,
      hostName: host.name,
      address: host.address,
      node: scan.node,
      exposure: scan.exposure,
      note: '',
    }));
    const { topology } = joinTopology(seen);
    expect(topology).toMatchObject({
      others: [],
      clusters: [{ name: 'orders', gaps: [], disagreements: [] }],
    });
    const [cluster] = topology.clusters;
    const [health = ''] = await fromEach(hosts, '/_cat/health?h=status');
    expect(cluster?.status).toBe(health);
    const [master = ''] = await fromEach(hosts, '/_cat/master?h=node');
    expect(cluster?.nodes.filter((one) => one.master).map((one) => one.name)).toEqual([master]);
    expect(cluster?.nodes).toMatchObject(
      hosts.map(({ name: hostId, address }, at) => ({
        name: node.members[at],
        standing: 'read',
        hostId,
        version: node.version,
        http: `${address}:9200`,
        transport: `${address}:9300`,
        security: 'off',
        httpSpeech: 'clear',
        transportSpeech: 'clear',
        holdsData: 'yes',
        outside: [{ layer: 'http', answersStranger: 'yes' }, { layer: 'transport' }],
      })),
    );
    const documents = cluster?.nodes.map((one) => one.documents ?? 0) ?? [];
    expect(documents.reduce((sum, count) => sum + count, 0)).toBe(400);
    expect(cluster?.nodes.every(({ roles }) => roles?.includes('master') && roles.includes('data'))).toBe(
      true,
    );
    // One connection and one exec for each host, as for a node that stands alone.
    expect(looks.map(({ cost }) => [cost.connections, cost.execs])).toEqual(hosts.map(() => [1, 1]));

    await hosts[2]?.run('systemctl stop elasticsearch', { timeoutMs: 90_000 });
    const [, , stopped] = hosts;
    if (!stopped) throw new Error('no third host');
    const [after, left] = [await look(hosts[0] ?? stopped), await look(stopped)];
    const again = joinTopology(
      seen.map((one, at) => ({
        ...one,
        node: at === 0 ? after.scan.node : at === 2 ? left.scan.node : undefined,
      })),
    );
    expect(again.topology.clusters[0]?.gaps).toContainEqual(expect.stringMatching(/does not run/));
  });

  it('leaves nothing after "down"', async () => {
    const [first] = hosts;
    if (!first) throw new Error('no host');
    before = footprint(first);
    expect(before.processes.length).toBeGreaterThan(30);
    await lab.down();
    expect(await traces(before)).toEqual([]);
  });
});

const OWNER = `
  import { openLab } from ${JSON.stringify(new URL('../lab/index.ts', import.meta.url).pathname)};
  const lab = await openLab();
  await lab.upCluster('open-cluster', { name: 'orphan-cluster' });
`;

describe('a cluster whose owner is killed while it starts', () => {
  it('is gone, and the next start clears the empty rest', async () => {
    const argv = ['--import', 'tsx', '--input-type=module', '--eval', OWNER];
    const owner: ChildProcess = spawn(process.execPath, argv, { stdio: ['ignore', 'ignore', 'inherit'] });
    const found = await waitFor('a host of the cluster', 60_000, async () => {
      const mine = runningLabs().find((space) =>
        recordedHosts(space).some((host) => host.name.startsWith('orphan-cluster')),
      );
      if (mine === undefined) return undefined;
      const mark = footprint({
        address: `10.77.${mine.subnet}.11`,
        knownHostsFile: `${mine.folder}/x.known_hosts`,
      });
      await sleep(200);
      return mark.processes.length > 10 ? mark : undefined;
    });
    owner.kill('SIGKILL');
    await once(owner, 'exit');
    await waitFor('the end of the lab', 20_000, async () => {
      const left = await traces(found);
      return left.every((trace) => trace === 'cgroup' || trace === 'record') ? true : undefined;
    });
    await healLeftovers();
    expect(await traces(found)).toEqual([]);
  });
});
