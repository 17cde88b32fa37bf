import { spawn } from 'node:child_process';
import { mkdirSync, openSync, readFileSync, rmdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { labPath, shortDigest } from './cache-folder.ts';
import { execute, LabError, must, type Outcome, sleep, waitFor } from './command.ts';
import { entries, isAlive, type ProcessMark, parseMark, processMark } from './lock.ts';

/** A lab's own mount, network and pid namespaces, with one cable to the outer machine. */
export interface Namespace {
  readonly id: string;
  /** First process inside, by its number outside. */
  readonly init: ProcessMark;
  /** Third byte of 10.77.N.0/24. */
  readonly subnet: number;
  /** Outer end of the cable. */
  readonly link: string;
  /** Folder for the record, consoles and known hosts. */
  readonly folder: string;
  /** Stays after the command that started it. */
  readonly outlive: boolean;
}

const INIT_SCRIPT = new URL('./namespace/init.sh', import.meta.url).pathname;
const SUBNET_PREFIX = '10.77';

export function gatewayOf(subnet: number): string {
  return `${SUBNET_PREFIX}.${subnet}.1`;
}

export function addressOf(subnet: number, index: number): string {
  return `${SUBNET_PREFIX}.${subnet}.${index}`;
}

/** Root of the second cgroup hierarchy: mounted alone, or beside the first generation as `unified`. */
export function cgroupRoots(): readonly string[] {
  const mounts = readFileSync('/proc/mounts', 'utf8').split('\n');
  const at = (wanted: (fields: readonly string[]) => boolean) =>
    mounts
      .map((line) => line.split(' '))
      .filter(wanted)
      .map((fields) => fields[1] ?? '');
  const second = at((fields) => fields[2] === 'cgroup2');
  const named = at((fields) => fields[2] === 'cgroup' && (fields[3] ?? '').includes('name=systemd'));
  return [...second.slice(0, 1), ...named.slice(0, 1)];
}

export function cgroupOf(id: string, host: string): string {
  const [root] = cgroupRoots();
  if (root === undefined) throw new LabError('No cgroup2 hierarchy is mounted; the lab needs one.');
  return join(root, `bulwark-lab-${id}`, host);
}

/**
 * Starts an empty lab. With `outlive: false` it ends with this process however that ends; with `outlive: true` it stays
 * until it is taken down.
 */
export async function openNamespace(options: { readonly outlive: boolean }): Promise<Namespace> {
  await healLeftovers();
  const id = shortDigest(String(process.pid), String(Date.now()), String(Math.random()));
  const folder = labPath('run', id);
  mkdirSync(folder);
  const log = openSync(join(folder, 'init.log'), 'w');
  const leash = options.outlive ? [] : ['--pdeathsig', 'KILL'];
  const argv = [
    'unshare',
    '--mount',
    '--net',
    '--pid',
    '--fork',
    '--kill-child=KILL',
    '--',
    'bash',
    INIT_SCRIPT,
  ];
  const program = leash.length > 0 ? ['setpriv', ...leash, ...argv] : argv;
  const child = spawn(program[0] ?? '', program.slice(1), {
    cwd: '/',
    detached: true,
    stdio: ['ignore', log, log],
    env: { PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin', LC_ALL: 'C.UTF-8' },
  });
  child.unref();
  const keeper = child.pid;
  if (keeper === undefined) throw new LabError('unshare could not be started; install util-linux.');
  const init = await waitFor('the first process of the lab', 10_000, async () => {
    const inside = readFileSync(`/proc/${keeper}/task/${keeper}/children`, 'utf8').trim().split(' ')[0];
    const ready = readFileSync(join(folder, 'init.log'), 'utf8').includes('ready');
    return ready && inside ? processMark(Number(inside)) : undefined;
  });
  const subnet = await layCable(init.pid);
  const space: Namespace = { id, init, subnet, link: linkOf(subnet), folder, outlive: options.outlive };
  writeFileSync(join(folder, 'lab.json'), JSON.stringify(space));
  return space;
}

function linkOf(subnet: number): string {
  return `bwlab${subnet}`;
}

/** The link's name is its reservation: the kernel gives each name out once. */
async function layCable(init: number): Promise<number> {
  const taken =
    (await must('Listing addresses', ['ip', '-4', '-o', 'addr'])) +
    (await must('Listing routes', ['ip', '-4', '-o', 'route']));
  const first = Math.floor(Math.random() * 200);
  for (let step = 0; step < 200; step += 1) {
    const subnet = (first + step) % 200;
    if (taken.includes(`${SUBNET_PREFIX}.${subnet}.`)) continue;
    const link = linkOf(subnet);
    const pair = ['ip', 'link', 'add', link, 'type', 'veth', 'peer', 'name', 'labdn', 'netns', String(init)];
    if ((await execute(pair)).code !== 0) continue;
    await must('Giving the lab its address', ['ip', 'addr', 'add', `${gatewayOf(subnet)}/24`, 'dev', link]);
    await must('Starting the link of the lab', ['ip', 'link', 'set', link, 'up']);
    const inside = [
      'nsenter',
      '-t',
      String(init),
      '-n',
      'ip',
      'link',
      'set',
      'labdn',
      'master',
      'labbr',
      'up',
    ];
    await must('Connecting the lab', inside);
    return subnet;
  }
  throw new LabError('No free network 10.77.N.0/24 was found for the lab.');
}

/** Runs one of the lab's scripts inside its namespaces. */
export function inNamespace(
  space: Namespace,
  script: string,
  env: Readonly<Record<string, string>>,
  stdin = '',
): Promise<Outcome> {
  const path = new URL(`./namespace/${script}`, import.meta.url).pathname;
  const argv = ['nsenter', '-t', String(space.init.pid), '-m', '-n', '-p', '--', 'bash', path];
  return execute(argv, { env, stdin, timeoutMs: 120_000 });
}

/** Ends a lab with everything in it and waits until the kernel has cleared up. */
export async function closeNamespace(space: Namespace): Promise<void> {
  if (isAlive(space.init)) {
    await execute(['ip', 'link', 'del', space.link]);
    process.kill(space.init.pid, 'SIGKILL');
  }
  for (let tries = 0; tries < 100 && isAlive(space.init); tries += 1) await sleep(50);
  for (let tries = 0; tries < 40 && !forget(space.id); tries += 1) await sleep(50);
  rmSync(space.folder, { recursive: true, force: true });
}

/** Labs that are recorded in the cache folder and still run. */
export function runningLabs(): readonly Namespace[] {
  return recordedLabs().filter((space) => isAlive(space.init));
}

/** Removes what killed labs left: the kernel ends processes, mounts and links, not empty cgroups and records. */
export async function healLeftovers(): Promise<void> {
  for (const space of recordedLabs()) if (!isAlive(space.init)) await closeNamespace(space);
  for (const name of entries(labPath('run'))) {
    const folder = labPath('run', name);
    if (isAbandoned(folder) && !readRecord(folder)) rmSync(folder, { recursive: true, force: true });
  }
  removeUnfinished();
  const known = entries(labPath('run'));
  for (const name of cgroupRoots().flatMap(entries)) {
    const id = /^bulwark-lab-(.+)$/.exec(name)?.[1];
    if (id && !known.includes(id)) forget(id);
  }
}

function isAbandoned(folder: string): boolean {
  const state = statSync(folder, { throwIfNoEntry: false });
  return state !== undefined && state.isDirectory() && state.mtimeMs < Date.now() - 60_000;
}

/** Half-built layers and half-fetched files carry the number of the process that made them. */
function removeUnfinished(): void {
  for (const part of ['layers', 'seeds', 'zips', 'keys'] as const) {
    for (const name of entries(labPath(part))) {
      const pid = /\.tmp-(\d+)/.exec(name)?.[1];
      if (pid && !processMark(Number(pid))) rmSync(labPath(part, name), { recursive: true, force: true });
    }
  }
}

/** Removes a lab's cgroups unless a process is still in them; says whether they are gone. */
function forget(id: string): boolean {
  const folders = cgroupRoots().map((root) => join(root, `bulwark-lab-${id}`));
  if (folders.some(isPopulated)) return false;
  for (const folder of folders) removeCgroup(folder);
  return true;
}

function isPopulated(cgroup: string): boolean {
  try {
    return readFileSync(join(cgroup, 'cgroup.events'), 'utf8').includes('populated 1');
  } catch {
    return false;
  }
}

function removeCgroup(folder: string): void {
  for (const name of entries(folder))
    if (entries(join(folder, name)).length > 0) removeCgroup(join(folder, name));
  try {
    rmdirSync(folder);
  } catch {
    // Absent, or of a lab that another process is just ending: the next start tries again.
  }
}

function recordedLabs(): readonly Namespace[] {
  return entries(labPath('run')).flatMap((name) => readRecord(labPath('run', name)) ?? []);
}

function readRecord(folder: string): Namespace | undefined {
  try {
    const value: unknown = JSON.parse(readFileSync(join(folder, 'lab.json'), 'utf8'));
    if (typeof value !== 'object' || value === null) return undefined;
    if (!('id' in value && 'init' in value && 'subnet' in value && 'link' in value)) return undefined;
    const init = parseMark(value.init);
    const { id, subnet, link } = value;
    if (!init || typeof id !== 'string' || typeof subnet !== 'number' || typeof link !== 'string')
      return undefined;
    return { id, init, subnet, link, folder, outlive: 'outlive' in value && value.outlive === true };
  } catch {
    return undefined;
  }
}
