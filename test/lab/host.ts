import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { execute, LabError, type Outcome, waitFor } from './command.ts';
import { labCredentials } from './credentials.ts';
import { type HostRecord, recordedHosts, writeRecord } from './host-record.ts';
import { bootMark, runInHost } from './inside.ts';
import { ensureLayer, type Layer, type Log, layerFolder, layerStack } from './layer.ts';
import type { Catalogue } from './layer-catalogue.ts';
import { entries } from './lock.ts';
import { addressOf, cgroupOf, gatewayOf, inNamespace, type Namespace } from './namespace.ts';
import { greetsAsSsh, waitUntilReady } from './readiness.ts';
import type { Scenario } from './scenarios.ts';
import { VARIANTS, type Variant } from './variants.ts';

interface Wish {
  readonly name: string;
  readonly scenarioName: string;
  readonly scenario: Scenario;
  readonly index: number;
  /** The cluster the host belongs to, itself included. */
  readonly cluster?: { readonly member: string; readonly peers: readonly Peer[] };
}

/** A host of a cluster, as the others know it. */
export interface Peer {
  /** Name of its node. */
  readonly member: string;
  /** Name of the host. */
  readonly name: string;
  readonly index: number;
}

/** The topmost layer of a scenario's host; for one with its own kernel the layer that holds its disk. */
export function scenarioLayer(catalogue: Catalogue, scenario: Scenario): Layer {
  const { ownKernel } = scenario;
  const ground = scenario.node ? catalogue.seed(scenario.node) : catalogue.people(scenario.debian);
  const kernelPackages = ownKernel ? { id: 'udev', add: ['udev'] } : undefined;
  const wanted = [
    ...variantsOf(scenario).map(({ packages }) => packages),
    kernelPackages,
    ownKernel?.packages,
  ];
  const files = wanted.reduce<Layer>(
    (layer, packages) => (packages ? catalogue.packages(layer, packages.id, packages.add) : layer),
    ground,
  );
  if (!ownKernel)
    return variantsOf(scenario).some(({ openFiles }) => openFiles) ? catalogue.openFiles(files) : files;
  return catalogue.image(files, `image-${files.id}`, preparationOf(scenario));
}

/** Builds everything a scenario's host needs. */
export async function ensureScenario(catalogue: Catalogue, scenario: Scenario, log: Log): Promise<void> {
  if (scenario.ownKernel) {
    await ensureLayer(catalogue.kernel(), log);
    await ensureLayer(catalogue.base(13), log);
  }
  await ensureLayer(scenarioLayer(catalogue, scenario), log);
}

function variantsOf(scenario: Scenario): readonly Variant[] {
  return scenario.variants.map((name) => VARIANTS[name]);
}

function preparationOf(scenario: Scenario): string {
  const names = [...scenario.prepare, ...variantsOf(scenario).flatMap(({ prepare }) => prepare)];
  return names.map(preparation).join('\n');
}

function preparation(name: string): string {
  return readFileSync(new URL(`./preparations/${name}.sh`, import.meta.url), 'utf8');
}

export async function startHost(
  space: Namespace,
  catalogue: Catalogue,
  wish: Wish,
  log: Log,
): Promise<HostRecord> {
  const { name, scenario } = wish;
  await ensureScenario(catalogue, scenario, log);
  const started = Date.now();
  const outcome = await boot(space, catalogue, wish);
  if (outcome.code !== 0) throw new LabError(`Host ${name} could not be started:\n${outcome.stderr}`);
  const layer = scenarioLayer(catalogue, scenario);
  const record = await makeRecord(space, wish, outcome.stdout, readMeta(layer, 'elastic-password'));
  await waitFor(`ssh on ${name}`, 120_000, () => greetsAsSsh(record.address));
  for (const step of scenario.ownKernel?.settle ?? []) {
    const { code, stderr } = await runInHost(space, record, preparation(step), { timeoutMs: 120_000 });
    if (code !== 0) throw new LabError(`The step ${step} failed on ${name}:\n${stderr}`);
  }
  await waitUntilReady(space, record, scenario.ready);
  const seconds = ((Date.now() - started) / 1000).toFixed(1);
  log(`${name} (${wish.scenarioName}) is up at ${record.address}: ${seconds} s`);
  return record;
}

function boot(space: Namespace, catalogue: Catalogue, wish: Wish): Promise<Outcome> {
  const { name, scenario, index } = wish;
  const layer = scenarioLayer(catalogue, scenario);
  const address = addressOf(space.subnet, index);
  const common = {
    NAME: name,
    INDEX: String(index),
    ADDRESS: address,
    GATEWAY: gatewayOf(space.subnet),
    CGROUP: cgroupOf(space.id, name),
    CONSOLE: join(space.folder, `${name}.console`),
  };
  if (scenario.ownKernel) {
    return inNamespace(space, 'guest-up.sh', {
      ...common,
      KERNEL: join(layerFolder(catalogue.kernel()), 'upper'),
      IMAGE: join(layerFolder(layer), 'meta', 'root.img'),
      GROUND: layerStack(catalogue.base(13)).join(':'),
      MEMORY: String(scenario.ownKernel.megabytes),
    });
  }
  const peers = wish.cluster?.peers ?? [{ member: '', name, index }];
  const files = {
    LOWER: layerStack(layer).join(':'),
    HOSTS: peers.map((peer) => `${addressOf(space.subnet, peer.index)} ${peer.name}`).join('\n'),
    MEMBER: wish.cluster?.member ?? '',
    MEMBERS: peers.map(({ member }) => member).join(' '),
    SEEDS: peers.map((peer) => peer.name).join(' '),
  };
  return inNamespace(space, 'host-up.sh', { ...common, ...files }, preparationOf(scenario));
}

async function makeRecord(
  space: Namespace,
  wish: Wish,
  publicKey: string,
  elasticPassword: string | undefined,
): Promise<HostRecord> {
  const { name, index, scenario, scenarioName } = wish;
  const credentials = await labCredentials();
  const address = addressOf(space.subnet, index);
  const knownHostsFile = join(space.folder, `${name}.known_hosts`);
  const [type, key] = publicKey.trim().split('\n').at(-1)?.split(' ') ?? [];
  writeFileSync(knownHostsFile, `${address} ${type} ${key}\n`);
  const record: HostRecord = {
    name,
    scenario: scenarioName,
    index,
    ownKernel: scenario.ownKernel !== undefined,
    address,
    user: 'operator',
    password: credentials.passwords.operator,
    identityFile: credentials.identityFile,
    knownHostsFile,
    ...(elasticPassword === undefined ? {} : { elasticPassword }),
  };
  writeRecord(space, record);
  return record;
}

function readMeta(layer: Layer, name: string): string | undefined {
  const folder = join(layerFolder(layer), 'meta');
  if (entries(folder).includes(name)) return readFileSync(join(folder, name), 'utf8').trim();
  return layer.parent ? readMeta(layer.parent, name) : undefined;
}

/** Ends hosts whose start was interrupted before they were recorded. No other start may be under way. */
export async function stopUnrecorded(space: Namespace): Promise<void> {
  const argv = ['nsenter', '-t', String(space.init.pid), '-m', '-p', 'ls', '/run/hosts'];
  const present = (await execute(argv)).stdout.split('\n').filter(Boolean);
  const known = new Set(recordedHosts(space).map(({ name }) => name));
  for (const name of present) if (!known.has(name)) await stopHost(space, name);
}

export async function stopHost(space: Namespace, name: string): Promise<void> {
  await inNamespace(space, 'host-down.sh', { NAME: name, CGROUP: cgroupOf(space.id, name) });
}

/** Plugs the host's cable in or out at the far end: inside, the device stays up and hears nothing. */
export async function setLink(space: Namespace, index: number, state: 'in' | 'out'): Promise<void> {
  const master = state === 'in' ? ['master', 'labbr'] : ['nomaster'];
  const argv = ['nsenter', '-t', String(space.init.pid), '-n', 'ip', 'link', 'set', `v${index}`, ...master];
  const { code, stderr } = await execute(argv);
  if (code !== 0) throw new LabError(`The cable could not be plugged ${state}: ${stderr}`);
}

const REBOOT = 'if [ -d /run/systemd/system ]; then systemctl reboot; else reboot; fi';

/** Restarts the host and waits until its ssh answers again. @param abruptly without ending anything, as a power cut does */
export async function rebootHost(space: Namespace, record: HostRecord, abruptly: boolean): Promise<void> {
  const before = await bootMark(space, record);
  await runInHost(space, record, abruptly ? 'reboot -ff -n' : REBOOT, { timeoutMs: 10_000 });
  await waitFor(`${record.name} to start again`, 120_000, async () => {
    const now = await bootMark(space, record);
    return now === undefined || now === before ? undefined : true;
  });
  await waitFor(`ssh on ${record.name}`, 120_000, () => greetsAsSsh(record.address));
}
