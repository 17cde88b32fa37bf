/** What a lab leaves on the machine that holds it. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { labPath } from '../lab/cache-folder.ts';
import { execute } from '../lab/command.ts';
import type { LabHost } from '../lab/index.ts';
import { isAlive, type ProcessMark, processMark } from '../lab/lock.ts';

/** A lab as the outer machine knows it. Other labs may be up at the same time. */
export interface Footprint {
  readonly id: string;
  readonly link: string;
  readonly processes: readonly ProcessMark[];
}

export function footprint(host: Pick<LabHost, 'address' | 'knownHostsFile'>): Footprint {
  const folder = dirname(host.knownHostsFile);
  const id = basename(folder);
  const [init = ''] = readFileSync(join(folder, 'lab.json'), 'utf8').match(/(?<="pid":)\d+/) ?? [];
  const pids = [init, ...cgroups(id).flatMap(processesOf)].map(Number);
  return {
    id,
    link: `bwlab${host.address.split('.')[2]}`,
    processes: pids.flatMap((pid) => processMark(pid) ?? []),
  };
}

function cgroups(id: string): readonly string[] {
  const roots = ['/sys/fs/cgroup', ...readdirSync('/sys/fs/cgroup').map((name) => `/sys/fs/cgroup/${name}`)];
  return roots.map((root) => join(root, `bulwark-lab-${id}`)).filter((path) => existsSync(path));
}

function processesOf(cgroup: string): readonly string[] {
  return readdirSync(cgroup, { recursive: true, encoding: 'utf8' })
    .filter((name) => basename(name) === 'cgroup.procs')
    .flatMap((name) => readFileSync(join(cgroup, name), 'utf8').split('\n').filter(Boolean));
}

/** What is left of a lab, in words; empty when nothing is. */
export async function traces({ id, link, processes }: Footprint): Promise<readonly string[]> {
  const netns = (await execute(['ip', 'netns', 'list'])).stdout.trim();
  const mounts = readFileSync('/proc/mounts', 'utf8').split('\n');
  return [
    ...processes.filter(isAlive).map(({ pid }) => `process ${pid}`),
    ...((await execute(['ip', 'link', 'show', link])).code === 0 ? [`link ${link}`] : []),
    ...mounts
      .filter((line) => line.includes(id) || line.includes('/run/hosts'))
      .map((line) => `mount ${line}`),
    ...(/bare|orphan|cluster/.test(netns) ? [`network namespaces ${netns}`] : []),
    ...cgroups(id).map(() => 'cgroup'),
    ...(existsSync(labPath('run', id)) ? ['record'] : []),
  ];
}
