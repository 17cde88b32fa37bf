import { readFileSync, writeFileSync } from 'node:fs';
import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { connect } from 'node:net';
import { join } from 'node:path';
import { execute, LabError, type Outcome, sleep, waitFor } from './command.ts';
import { type Credentials, labCredentials } from './credentials.ts';
import { ensureLayer, type Layer, type Log, layerFolder, layerStack } from './layer.ts';
import type { Catalogue } from './layer-catalogue.ts';
import { entries } from './lock.ts';
import { addressOf, cgroupOf, gatewayOf, inNamespace, type Namespace } from './namespace.ts';
import { type Readiness, type Scenario, VARIANTS, type Variant } from './scenarios.ts';

/** What is known about a host that is up; written beside the lab's record so that other commands find it. */
export interface HostRecord {
  readonly name: string;
  readonly scenario: string;
  readonly index: number;
  readonly address: string;
  readonly user: string;
  readonly password: string;
  readonly identityFile: string;
  readonly knownHostsFile: string;
  /** Password of the built-in user `elastic`, where the scenario has one that somebody knows. */
  readonly elasticPassword?: string;
}

/** The topmost layer of a scenario's host. */
export function scenarioLayer(catalogue: Catalogue, scenario: Scenario): Layer {
  const ground = scenario.node ? catalogue.seed(scenario.node) : catalogue.people(scenario.debian);
  return variantsOf(scenario).reduce(
    (layer, { packages }) => (packages ? catalogue.packages(layer, packages.id, packages.add) : layer),
    ground,
  );
}

function variantsOf(scenario: Scenario): readonly Variant[] {
  return scenario.variants.map((name) => VARIANTS[name]);
}

export async function startHost(
  space: Namespace,
  catalogue: Catalogue,
  wish: {
    readonly name: string;
    readonly scenarioName: string;
    readonly scenario: Scenario;
    readonly index: number;
  },
  log: Log,
): Promise<HostRecord> {
  const { name, scenario, scenarioName, index } = wish;
  const layer = scenarioLayer(catalogue, scenario);
  await ensureLayer(layer, log);
  const started = Date.now();
  const credentials = await labCredentials();
  const address = addressOf(space.subnet, index);
  const outcome = await inNamespace(
    space,
    'host-up.sh',
    {
      NAME: name,
      INDEX: String(index),
      ADDRESS: address,
      GATEWAY: gatewayOf(space.subnet),
      LOWER: layerStack(layer).join(':'),
      CGROUP: cgroupOf(space.id, name),
      CONSOLE: join(space.folder, `${name}.console`),
      HOSTS: `${address} ${name}`,
    },
    [...scenario.prepare, ...variantsOf(scenario).flatMap(({ prepare }) => prepare)]
      .map(preparation)
      .join('\n'),
  );
  if (outcome.code !== 0) throw new LabError(`Host ${name} could not be started:\n${outcome.stderr}`);
  const record = makeRecord(space, wish, address, credentials, outcome.stdout, layer);
  await waitFor(`ssh on ${name}`, 60_000, () => greetsAsSsh(address));
  await waitUntilReady(space, record, scenario.ready);
  log(`${name} (${scenarioName}) is up at ${address}: ${((Date.now() - started) / 1000).toFixed(1)} s`);
  return record;
}

function preparation(name: string): string {
  return readFileSync(new URL(`./preparations/${name}.sh`, import.meta.url), 'utf8');
}

function makeRecord(
  space: Namespace,
  wish: { readonly name: string; readonly scenarioName: string; readonly index: number },
  address: string,
  credentials: Credentials,
  publicKey: string,
  layer: Layer,
): HostRecord {
  const knownHostsFile = join(space.folder, `${wish.name}.known_hosts`);
  const [type, key] = publicKey.trim().split('\n').at(-1)?.split(' ') ?? [];
  writeFileSync(knownHostsFile, `${address} ${type} ${key}\n`);
  const elasticPassword = readMeta(layer, 'elastic-password');
  const record: HostRecord = {
    name: wish.name,
    scenario: wish.scenarioName,
    index: wish.index,
    address,
    user: 'operator',
    password: credentials.passwords.operator,
    identityFile: credentials.identityFile,
    knownHostsFile,
    ...(elasticPassword === undefined ? {} : { elasticPassword }),
  };
  writeFileSync(join(space.folder, `${wish.name}.host.json`), JSON.stringify(record), { mode: 0o600 });
  return record;
}

function readMeta(layer: Layer, name: string): string | undefined {
  const folder = join(layerFolder(layer), 'meta');
  if (entries(folder).includes(name)) return readFileSync(join(folder, name), 'utf8').trim();
  return layer.parent ? readMeta(layer.parent, name) : undefined;
}

async function greetsAsSsh(address: string): Promise<true | undefined> {
  const greeting = await new Promise<string>((resolve) => {
    const socket = connect({ host: address, port: 22, timeout: 1000 });
    const end = (text: string) => {
      socket.destroy();
      resolve(text);
    };
    socket.on('data', (data) => end(data.toString('latin1')));
    socket.on('error', () => end(''));
    socket.on('timeout', () => end(''));
    socket.on('close', () => end(''));
  });
  return greeting.startsWith('SSH-') ? true : undefined;
}

/** A scenario is ready when its node answers as promised, has its shards, and systemd calls the unit active. */
async function waitUntilReady(space: Namespace, record: HostRecord, ready: Readiness): Promise<void> {
  if (ready.kind === 'ssh') return;
  const { scheme, status } = ready;
  const base = `${scheme}://${record.address}:9200/_cluster/health`;
  const whole = `${base}?wait_for_status=green&timeout=1s`;
  const auth = record.elasticPassword === undefined ? undefined : `elastic:${record.elasticPassword}`;
  const unit = 'systemctl is-active elasticsearch; journalctl -u elasticsearch -n 30 --no-pager -o cat';
  await waitFor(`${scheme} status ${status} from Elasticsearch on ${record.name}`, 180_000, async () => {
    const answer = await statusOf(status === 200 ? whole : base);
    if (answer !== undefined && answer !== status) return undefined;
    if (answer === status && auth !== undefined && (await statusOf(whole, auth)) !== 200) return undefined;
    const { stdout } = await runInHost(space, record.name, unit);
    if (stdout.startsWith('failed')) {
      throw new LabError(`Elasticsearch on ${record.name} did not start:\n${stdout}`);
    }
    if (answer === status && stdout.startsWith('active\n')) return true;
    await sleep(500);
    return undefined;
  });
}

/** HTTP status of a GET, certificates unchecked; undefined when there is no answer. Credentials as `user:password`. */
export function statusOf(url: string, auth?: string): Promise<number | undefined> {
  return new Promise((resolve) => {
    const options = { timeout: 5000, ...(auth === undefined ? {} : { auth }) };
    const request = url.startsWith('https:')
      ? httpsRequest(url, { ...options, rejectUnauthorized: false })
      : httpRequest(url, options);
    request.on('response', (response) => {
      response.resume();
      resolve(response.statusCode);
    });
    request.on('timeout', () => request.destroy(new Error('no answer')));
    request.on('error', () => resolve(undefined));
    request.end();
  });
}

/** Hosts of a lab, as its folder records them. */
export function recordedHosts(space: Namespace): readonly HostRecord[] {
  return entries(space.folder)
    .filter((name) => name.endsWith('.host.json'))
    .flatMap((name) => readHost(join(space.folder, name)) ?? []);
}

function readHost(file: string): HostRecord | undefined {
  const value: unknown = JSON.parse(readFileSync(file, 'utf8'));
  return isHostRecord(value) ? value : undefined;
}

function isHostRecord(value: unknown): value is HostRecord {
  if (typeof value !== 'object' || value === null) return false;
  const texts = ['name', 'scenario', 'address', 'user', 'password', 'identityFile', 'knownHostsFile'];
  const fields = new Map(Object.entries(value));
  return texts.every((key) => typeof fields.get(key) === 'string') && typeof fields.get('index') === 'number';
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

/** Number, outside, of the host's init. */
function hostInit(space: Namespace, name: string): number | undefined {
  for (const scope of ['payload/init.scope', 'init.scope']) {
    try {
      const pids = readFileSync(join(cgroupOf(space.id, name), scope, 'cgroup.procs'), 'utf8').trim();
      if (pids !== '') return Number(pids.split('\n')[0]);
    } catch {
      // Not this place, or not yet.
    }
  }
  return undefined;
}

/** Runs a script as root inside the host, past ssh and everything the product does. */
export async function runInHost(
  space: Namespace,
  name: string,
  script: string,
  options: { readonly timeoutMs?: number; readonly stdin?: string } = {},
): Promise<Outcome> {
  const pid = await waitFor(`the init of ${name}`, 30_000, async () => hostInit(space, name));
  const argv = [
    'nsenter',
    '-t',
    String(pid),
    '--mount',
    '--uts',
    '--ipc',
    '--net',
    '--pid',
    '--cgroup',
    '--',
  ];
  const path = 'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';
  const clean = ['env', '-i', path, 'HOME=/root', 'LC_ALL=C.UTF-8', 'bash', '-c', script];
  return execute([...argv, ...clean], { timeoutMs: options.timeoutMs ?? 60_000, stdin: options.stdin ?? '' });
}

export async function setLink(space: Namespace, index: number, state: 'up' | 'down'): Promise<void> {
  const argv = ['nsenter', '-t', String(space.init.pid), '-n', 'ip', 'link', 'set', `v${index}`, state];
  const { code, stderr } = await execute(argv);
  if (code !== 0) throw new LabError(`The link could not be set ${state}: ${stderr}`);
}

/** Restarts the host and waits until its ssh answers again. */
export async function rebootHost(space: Namespace, record: HostRecord): Promise<void> {
  const before = hostInit(space, record.name);
  await runInHost(space, record.name, 'systemctl reboot');
  await waitFor(`${record.name} to go down`, 60_000, async () =>
    hostInit(space, record.name) === before ? undefined : true,
  );
  await waitFor(`ssh on ${record.name}`, 60_000, () => greetsAsSsh(record.address));
}
