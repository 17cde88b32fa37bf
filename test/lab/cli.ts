import { spawn } from 'node:child_process';
import { rmSync } from 'node:fs';
import { labPath } from './cache-folder.ts';
import { CLUSTERS, type Cluster, type ClusterName, isCluster, memberScenario } from './clusters.ts';
import { LabError } from './command.ts';
import { ensureScenario, scenarioLayer, stopUnrecorded } from './host.ts';
import { type HostRecord, recordedHosts } from './host-record.ts';
import { howToReach } from './how-to-reach.ts';
import { hostOf, type Lab, labIn } from './index.ts';
import { runInHost } from './inside.ts';
import { type Layer, layerFolder } from './layer.ts';
import { openCatalogue } from './layer-catalogue.ts';
import { entries, withLock } from './lock.ts';
import { closeNamespace, healLeftovers, type Namespace, openNamespace, runningLabs } from './namespace.ts';
import { ensurePrerequisites } from './prerequisites.ts';
import { isScenario, SCENARIOS, type Scenario, type ScenarioName } from './scenarios.ts';
import { isVariant, VARIANTS, type VariantName } from './variants.ts';

const USAGE = `usage: npm run lab -- <command>
  up [scenario[+variant...]...]  start hosts, or all hosts of a cluster, that stay up (default: open-fresh)
  down [name...|--all]     end the named hosts or clusters; without a name all hosts started here; --all: every lab
  ssh <name> [command...]  log in as the host's operator
  root <name> <script>     run a script as root in the host without ssh
  status                   what is up
  build [scenario...]      build what the scenarios need (default: all) without starting anything
  scenarios                what there is to start
  prune                    remove cached layers that no scenario uses any more`;

const EVERYTHING = [...Object.keys(SCENARIOS), ...Object.keys(CLUSTERS)];

const started = Date.now();

function log(line: string): void {
  console.error(`[${((Date.now() - started) / 1000).toFixed(1).padStart(6)} s] ${line}`);
}

async function main(argv: readonly string[]): Promise<number> {
  const [command = '', ...words] = argv;
  switch (command) {
    case 'up':
      return up(words.length > 0 ? words : ['open-fresh']);
    case 'down':
      return down(words);
    case 'ssh':
      return ssh(words);
    case 'root':
      return root(words);
    case 'status':
      return status();
    case 'build':
      return build(words.length > 0 ? words : EVERYTHING);
    case 'scenarios':
      for (const [name, scenario] of [...Object.entries(SCENARIOS), ...Object.entries(CLUSTERS)])
        console.log(`${name.padEnd(20)} ${scenario.description}`);
      for (const [name, variant] of Object.entries(VARIANTS))
        console.log(`  +${name.padEnd(20)} ${variant.description}`);
      return 0;
    case 'prune':
      return prune();
    default:
      console.error(USAGE);
      return 64;
  }
}

interface Wish {
  readonly name: ScenarioName | ClusterName;
  readonly variants: readonly VariantName[];
}

function parseWish(word: string): Wish {
  const [name = '', ...habits] = word.split('+');
  const unknown = habits.find((habit) => !isVariant(habit));
  if (unknown !== undefined) {
    throw new LabError(`There is no variant "${unknown}"; there are: ${Object.keys(VARIANTS).join(', ')}.`);
  }
  if (isScenario(name) || isCluster(name)) return { name, variants: habits.filter(isVariant) };
  throw new LabError(`There is no scenario "${name}"; there are: ${EVERYTHING.join(', ')}.`);
}

function wishedScenario({ name, variants }: Wish): Scenario {
  const plain: Scenario = isCluster(name) ? memberScenario(CLUSTERS[name]) : SCENARIOS[name];
  return { ...plain, variants: [...plain.variants, ...variants] };
}

async function up(words: readonly string[]): Promise<number> {
  const wishes = words.map(parseWish);
  await ensurePrerequisites(log);
  const catalogue = await openCatalogue(log);
  for (const wish of wishes) await ensureScenario(catalogue, wishedScenario(wish), log);
  await withLock('up', async () => {
    const space =
      runningLabs().find((candidate) => candidate.outlive) ?? (await openNamespace({ outlive: true }));
    await stopUnrecorded(space);
    const lab = labIn(space, log, recordedHosts(space));
    const started = await Promise.all(wishes.map((wish) => start(lab, wish)));
    for (const lines of started) for (const line of lines) console.log(line);
  });
  return 0;
}

/** Starts what was wished and says how each host is reached. */
async function start(lab: Lab, { name, variants }: Wish): Promise<readonly string[]> {
  const sudo = wishedScenario({ name, variants }).variants.includes('sudo-password');
  if (!isCluster(name)) return howToReach(await lab.up(name, { variants }), sudo);
  const { node }: Cluster = CLUSTERS[name];
  const hosts = await lab.upCluster(name, { variants });
  return hosts.flatMap((host, at) => [
    ...howToReach(host, sudo),
    `  ${node.members[at]}: http://${host.address}:9200, transport ${host.address}:9300`,
  ]);
}

async function down(words: readonly string[]): Promise<number> {
  if (words.length === 0 || words.includes('--all')) {
    const labs = runningLabs().filter((space) => space.outlive || words.includes('--all'));
    for (const space of labs) await closeNamespace(space);
    await healLeftovers();
    log(labs.length === 0 ? 'nothing was up' : 'everything is down');
    return 0;
  }
  for (const { space, record } of words.flatMap(findHosts)) {
    await hostOf(space, record, () => undefined).down();
    log(`${record.name} is down`);
    if (space.outlive && recordedHosts(space).length === 0) await closeNamespace(space);
  }
  return 0;
}

interface FoundHost {
  readonly space: Namespace;
  readonly record: HostRecord;
}

/** The host of this name, or the hosts of the cluster of this name. */
function findHosts(name: string): readonly FoundHost[] {
  const members = runningLabs().flatMap((space) =>
    recordedHosts(space).flatMap((record) => (record.scenario === name ? { space, record } : [])),
  );
  return isCluster(name) && members.length > 0 ? members : [findHost(name)];
}

function findHost(name: string): FoundHost {
  for (const space of runningLabs()) {
    const record = recordedHosts(space).find((host) => host.name === name);
    if (record) return { space, record };
  }
  throw new LabError(`No host "${name}" is up; "npm run lab -- status" lists those that are.`);
}

function ssh(words: readonly string[]): Promise<number> {
  const [name = '', ...command] = words;
  const { record } = findHost(name);
  const options = ['-i', record.identityFile, '-o', `UserKnownHostsFile=${record.knownHostsFile}`];
  const argv = [...options, '-o', 'IdentitiesOnly=yes', `${record.user}@${record.address}`, ...command];
  return new Promise((resolve) => {
    const child = spawn('ssh', argv, { stdio: 'inherit' });
    child.on('error', () => resolve(127));
    child.on('close', (code) => resolve(code ?? 1));
  });
}

async function root(words: readonly string[]): Promise<number> {
  const [name = '', ...script] = words;
  const { space, record } = findHost(name);
  const { code, stdout, stderr } = await runInHost(space, record, script.join(' '));
  process.stdout.write(stdout);
  process.stderr.write(stderr);
  return code;
}

function status(): number {
  const labs = runningLabs();
  for (const space of labs) {
    console.log(
      `lab ${space.id}, 10.77.${space.subnet}.0/24, ${space.outlive ? 'until "down"' : 'with the process that opened it'}`,
    );
    for (const host of recordedHosts(space))
      console.log(`  ${host.name.padEnd(18)} ${host.address}  ${host.scenario}`);
  }
  if (labs.length === 0) console.log('nothing is up');
  return 0;
}

async function build(words: readonly string[]): Promise<number> {
  const wishes = words.map(parseWish);
  await ensurePrerequisites(log);
  const catalogue = await openCatalogue(log);
  for (const wish of wishes) await ensureScenario(catalogue, wishedScenario(wish), log);
  log('built');
  return 0;
}

async function prune(): Promise<number> {
  if (runningLabs().length > 0) throw new LabError('Hosts are up and use their layers; end them first.');
  const catalogue = await openCatalogue(log);
  const used = new Set<string>([layerFolder(catalogue.kernel())]);
  for (const name of EVERYTHING) {
    const top = scenarioLayer(catalogue, wishedScenario(parseWish(name)));
    for (let layer: Layer | undefined = top; layer; layer = layer.parent) used.add(layerFolder(layer));
  }
  for (const part of ['layers', 'seeds'] as const) {
    for (const name of entries(labPath(part))) {
      if (used.has(labPath(part, name))) continue;
      rmSync(labPath(part, name), { recursive: true, force: true });
      log(`removed ${name}`);
    }
  }
  return 0;
}

// A reader that has gone (`npm run lab -- scenarios | head`) is no reason to fail.
process.stdout.on('error', () => undefined);
process.stderr.on('error', () => undefined);

main(process.argv.slice(2)).then(
  (code) => {
    process.exitCode = code;
  },
  (error: unknown) => {
    console.error(error instanceof LabError ? error.message : error);
    process.exitCode = 1;
  },
);
