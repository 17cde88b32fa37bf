import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { CLUSTERS, type Cluster, type ClusterName, memberScenario } from './clusters.ts';
import type { Outcome } from './command.ts';
import { LabError } from './command.ts';
import { ensureScenario, rebootHost, setLink, startHost, stopHost } from './host.ts';
import type { HostRecord } from './host-record.ts';
import { runInHost } from './inside.ts';
import type { Log } from './layer.ts';
import { openCatalogue } from './layer-catalogue.ts';
import { closeNamespace, type Namespace, openNamespace } from './namespace.ts';
import { ensurePrerequisites, grantsOpenFiles, labPrerequisites } from './prerequisites.ts';
import { SCENARIOS, type Scenario, type ScenarioName } from './scenarios.ts';
import type { VariantName } from './variants.ts';

export type { ClusterName, Outcome, ScenarioName, VariantName };
export { LabError, labPrerequisites };

/** A Debian host that is up. Everything but `run` and `password` is what an operator would know. */
export interface LabHost {
  readonly name: string;
  readonly address: string;
  readonly port: 22;
  readonly scenario: string;
  readonly user: string;
  /** Password of the user `operator`. */
  readonly password: string;
  readonly identityFile: string;
  /** Holds one line: the host's ed25519 key. */
  readonly knownHostsFile: string;
  /** Password of the built-in user `elastic`, where the scenario has one that somebody knows. */
  readonly elasticPassword: string | undefined;
  /** Root shell inside the host, neither through ssh nor through the product: for independent verification. */
  run(script: string, options?: { readonly timeoutMs?: number; readonly stdin?: string }): Promise<Outcome>;
  /** Unplugs the network cable; connections stay open and silent. */
  cutLink(): Promise<void>;
  restoreLink(): Promise<void>;
  /** Restarts the host and waits for ssh. Files and address stay. `abruptly`: nothing is ended or written first. */
  reboot(options?: { readonly abruptly?: boolean }): Promise<void>;
  down(): Promise<void>;
}

export interface UpOptions {
  readonly name?: string;
  /** Habits of the host on top of what the scenario has. */
  readonly variants?: readonly VariantName[];
}

export interface Lab {
  /** Starts a fresh host. The name (host name too) defaults to the scenario's. Resolves when the scenario is ready. */
  up(scenario: ScenarioName, options?: UpOptions): Promise<LabHost>;
  /**
   * Starts all hosts of a cluster at once, named `<cluster>-1` and so on. Resolves when it is green with every node in it.
   * @param options.variants habits of every one of the hosts
   */
  upCluster(cluster: ClusterName, options?: UpOptions): Promise<readonly LabHost[]>;
  /** Ends all hosts and removes every trace but the cache. */
  down(): Promise<void>;
}

/** Opens a lab that ends with this process, however that ends. Throws LabError when the machine cannot hold one. */
export async function openLab(options: { readonly log?: Log } = {}): Promise<Lab> {
  const log = options.log ?? (() => undefined);
  await ensurePrerequisites(log);
  return labIn(await openNamespace({ outlive: false }), log);
}

const FIRST_INDEX = 11;

export function labIn(space: Namespace, log: Log, used: readonly HostRecord[] = []): Lab {
  const names = new Set(used.map((record) => record.name));
  let next = Math.max(FIRST_INDEX - 1, ...used.map((record) => record.index)) + 1;

  async function up(scenarioName: ScenarioName, options: UpOptions = {}): Promise<LabHost> {
    const plain: Scenario = SCENARIOS[scenarioName];
    const scenario = { ...plain, variants: [...plain.variants, ...(options.variants ?? [])] };
    const name = freeName(names, options.name ?? scenarioName);
    const index = nextIndex();
    const catalogue = await openCatalogue(log);
    const record = await startHost(space, catalogue, { name, scenarioName, scenario, index }, log);
    return hostOf(space, record, () => names.delete(name));
  }

  async function upCluster(clusterName: ClusterName, options: UpOptions = {}): Promise<readonly LabHost[]> {
    const cluster: Cluster = CLUSTERS[clusterName];
    const scenario = { ...memberScenario(cluster), variants: options.variants ?? [] };
    const { members } = cluster.node;
    const hostNames = freeNames(names, options.name ?? clusterName, members.length);
    const peers = members.map((member, at) => ({
      member,
      name: hostNames[at] ?? member,
      index: nextIndex(),
    }));
    const catalogue = await openCatalogue(log);
    // Once beforehand: three hosts at once would each wait for the same layers.
    await ensureScenario(catalogue, scenario, log);
    if (!grantsOpenFiles())
      log('the limit on open files is lower than Elasticsearch wants: Java is told 65535');
    const wishes = peers.map(({ member, name, index }) => {
      return { name, scenarioName: clusterName, scenario, index, cluster: { member, peers } };
    });
    const records = await Promise.all(wishes.map((wish) => startHost(space, catalogue, wish, log)));
    return records.map((record) => hostOf(space, record, () => names.delete(record.name)));
  }

  function nextIndex(): number {
    const index = next;
    next += 1;
    if (index > 250) throw new LabError('A lab holds at most 240 hosts in its life.');
    return index;
  }

  return { up, upCluster, down: () => closeNamespace(space) };
}

/** `wish-1` to `wish-count`, or the same after another first part where one of them is taken. */
function freeNames(names: Set<string>, wish: string, count: number): readonly string[] {
  for (let number = 1; ; number += 1) {
    const first = number === 1 ? wish : `${wish}-${number}`;
    const wanted = Array.from({ length: count }, (_, at) => `${first}-${at + 1}`);
    if (wanted.some((name) => names.has(name))) continue;
    for (const name of wanted) names.add(name);
    return wanted;
  }
}

function freeName(names: Set<string>, wish: string): string {
  let name = wish;
  for (let number = 2; names.has(name); number += 1) name = `${wish}-${number}`;
  names.add(name);
  return name;
}

export function hostOf(space: Namespace, record: HostRecord, forget: () => void): LabHost {
  const { name, index } = record;
  return {
    name,
    address: record.address,
    port: 22,
    scenario: record.scenario,
    user: record.user,
    password: record.password,
    identityFile: record.identityFile,
    knownHostsFile: record.knownHostsFile,
    elasticPassword: record.elasticPassword,
    run: (script, options) => runInHost(space, record, script, options),
    cutLink: () => setLink(space, index, 'out'),
    restoreLink: () => setLink(space, index, 'in'),
    reboot: (options) => rebootHost(space, record, options?.abruptly === true),
    down: async () => {
      await stopHost(space, name);
      for (const end of ['host.json', 'known_hosts', 'console']) {
        rmSync(join(space.folder, `${name}.${end}`), { force: true });
      }
      forget();
    },
  };
}
