import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { execute, type Outcome, sleep, waitFor } from './command.ts';
import type { HostRecord } from './host-record.ts';
import { cgroupOf, type Namespace } from './namespace.ts';

type Host = Pick<HostRecord, 'name' | 'ownKernel'>;

interface RunOptions {
  /** Milliseconds; default one minute. The code is 124 after it. */
  readonly timeoutMs?: number;
  readonly stdin?: string;
}

/** Runs a script as root inside the host, past ssh and everything the product does. */
export function runInHost(
  space: Namespace,
  host: Host,
  script: string,
  options: RunOptions = {},
): Promise<Outcome> {
  return host.ownKernel
    ? runInGuest(space, host, script, options)
    : runInContainer(space, host, script, options);
}

/** Something that is another one after every restart; undefined while the host cannot be asked. */
export async function bootMark(space: Namespace, host: Host): Promise<string | undefined> {
  if (!host.ownKernel) return hostInit(space, host.name)?.toString();
  const { code, stdout } = await runInGuest(space, host, 'cat /proc/sys/kernel/random/boot_id', {
    timeoutMs: 2000,
  });
  return code === 0 ? stdout : undefined;
}

/** Number, outside, of a container's init. */
function hostInit(space: Namespace, name: string): number | undefined {
  for (const scope of ['payload/init.scope', 'init.scope', 'payload']) {
    try {
      const pids = readFileSync(join(cgroupOf(space.id, name), scope, 'cgroup.procs'), 'utf8').trim();
      // Where systemd is not the init, everything that the host runs is in one group.
      const init = pids.split('\n').find((pid) => pid !== '' && isFirst(pid));
      if (init !== undefined) return Number(init);
    } catch {
      // Not this place, or not yet.
    }
  }
  return undefined;
}

/** Whether a process is the first one of its own namespace. */
function isFirst(pid: string): boolean {
  return /^NSpid:.*\t1$/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
}

async function runInContainer(
  space: Namespace,
  { name }: Host,
  script: string,
  options: RunOptions,
): Promise<Outcome> {
  const pid = await waitFor(`the init of ${name}`, 30_000, async () => hostInit(space, name));
  const spaces = ['--mount', '--uts', '--ipc', '--net', '--pid', '--cgroup'];
  const path = 'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';
  const clean = ['env', '-i', path, 'HOME=/root', 'LC_ALL=C.UTF-8', 'bash', '-c', script];
  const argv = ['nsenter', '-t', String(pid), ...spaces, '--', ...clean];
  return execute(argv, { timeoutMs: options.timeoutMs ?? 60_000, stdin: options.stdin ?? '' });
}

let jobs = 0;

/** A host with its own kernel has no namespaces to enter: a program in it watches a folder that it shares with the lab. */
async function runInGuest(
  space: Namespace,
  { name }: Host,
  script: string,
  options: RunOptions,
): Promise<Outcome> {
  const folder = `/proc/${space.init.pid}/root/run/hosts/${name}/root/guest/share`;
  jobs += 1;
  const job = join(folder, `job-${process.pid}-${jobs}`);
  writeFileSync(`${job}.in`, options.stdin ?? '');
  writeFileSync(`${job}.new`, `${script}\n`);
  renameSync(`${job}.new`, `${job}.sh`);
  const deadline = Date.now() + (options.timeoutMs ?? 60_000);
  while (!existsSync(`${job}.rc`) && Date.now() < deadline) await sleep(50);
  const read = (end: string) => (existsSync(`${job}.${end}`) ? readFileSync(`${job}.${end}`, 'utf8') : '');
  const finished = existsSync(`${job}.rc`);
  const outcome = { code: finished ? Number(read('rc')) : 124, stdout: read('out'), stderr: read('err') };
  for (const end of ['in', 'sh', 'taken', 'out', 'err', 'rc']) rmSync(`${job}.${end}`, { force: true });
  return outcome;
}
