/** A lab must be gone when its owner is gone, however that ended, and must not disturb another one. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { describe, expect, it } from 'vitest';
import { labPath } from '../lab/cache-folder.ts';
import { execute, sleep } from '../lab/command.ts';
import { type LabHost, openLab } from '../lab/index.ts';
import { healLeftovers } from '../lab/namespace.ts';
import { overSsh } from './lab-probes.ts';

/** What a lab can leave on the outer machine. Other labs may be up: only new things count. */
interface Traces {
  readonly links: readonly string[];
  readonly mounts: readonly string[];
  readonly processes: readonly string[];
  readonly cgroups: readonly string[];
  readonly netns: readonly string[];
  readonly records: readonly string[];
}

async function traces(): Promise<Traces> {
  const output = async (...argv: string[]) => (await execute(argv)).stdout.trim().split('\n').filter(Boolean);
  const links = await output('ip', '-o', 'link');
  const cgroups = await output('find', '/sys/fs/cgroup', '-maxdepth', '2', '-name', 'bulwark-lab-*');
  return {
    links: links.map((line) => line.split(': ')[1] ?? '').filter((name) => name.startsWith('bwlab')),
    mounts: readFileSync('/proc/mounts', 'utf8')
      .split('\n')
      .filter((line) => line.includes(labPath('run')) || line.includes('/run/hosts')),
    processes: await output('pgrep', '-f', 'systemd-nspawn .*--machine=|test/lab/namespace/init.sh'),
    cgroups,
    netns: await output('ip', 'netns', 'list'),
    records: readdirSync(labPath('run')).filter((name) => /^[0-9a-f]{12}$/.test(name)),
  };
}

/** Traces that are there now and were not before. */
function added(before: Traces, now: Traces): Traces {
  const difference = (key: keyof Traces) => now[key].filter((entry) => !before[key].includes(entry));
  return {
    links: difference('links'),
    mounts: difference('mounts'),
    processes: difference('processes'),
    cgroups: difference('cgroups'),
    netns: difference('netns'),
    records: difference('records'),
  };
}

const NOTHING: Traces = { links: [], mounts: [], processes: [], cgroups: [], netns: [], records: [] };

const OWNER = `
  import { openLab } from ${JSON.stringify(new URL('../lab/index.ts', import.meta.url).pathname)};
  const lab = await openLab();
  const host = await lab.up('bare', { name: 'orphan' });
  console.log(host.address);
  setInterval(() => undefined, 1000);
`;

/** Another process that owns a lab with one host. */
async function startOwner(): Promise<{ readonly owner: ChildProcess; readonly address: string }> {
  const argv = ['--import', 'tsx', '--input-type=module', '--eval', OWNER];
  const owner = spawn(process.execPath, argv, { stdio: ['ignore', 'pipe', 'inherit'] });
  for await (const address of createInterface({ input: owner.stdout })) return { owner, address };
  throw new Error('the owner of the lab ended before its host was up');
}

describe('a lab', () => {
  it('leaves nothing after "down"', async () => {
    await healLeftovers();
    const before = await traces();
    const lab = await openLab();
    await Promise.all([lab.up('bare'), lab.up('bare-13')]);
    expect((await traces()).links.length).toBe(before.links.length + 1);
    await lab.down();
    expect(added(before, await traces())).toEqual(NOTHING);
  });

  it('dies with its owner, and the next start clears the empty rest', async () => {
    await healLeftovers();
    const before = await traces();
    const { owner } = await startOwner();
    owner.kill('SIGKILL');
    await once(owner, 'exit');
    await sleep(1500);
    const after = added(before, await traces());
    expect(after).toEqual({ ...NOTHING, cgroups: after.cgroups, records: after.records });
    await healLeftovers();
    expect(added(before, await traces())).toEqual(NOTHING);
  });

  it('is not disturbed by another one, nor by its death', async () => {
    const lab = await openLab();
    const [own, { owner, address }] = await Promise.all([lab.up('bare'), startOwner()]);
    expect(own.address.split('.')[2]).not.toBe(address.split('.')[2]);
    owner.kill('SIGKILL');
    await once(owner, 'exit');
    await healLeftovers();
    expect(await overSsh(own, 'hostname')).toMatchObject({ stdout: 'bare\n' });
    await lab.down();
  });
});

describe('a host', () => {
  async function withHost(work: (host: LabHost) => Promise<void>): Promise<void> {
    const lab = await openLab();
    try {
      await work(await lab.up('bare'));
    } finally {
      await lab.down();
    }
  }

  it('keeps files and address over a restart', () =>
    withHost(async (host) => {
      await host.run('echo kept > /root/note');
      const before = await host.run(
        'cat /proc/sys/kernel/random/boot_id /etc/machine-id; systemctl show -P UserspaceTimestampMonotonic',
      );
      await host.reboot();
      expect(await overSsh(host, 'sudo cat /root/note')).toMatchObject({ stdout: 'kept\n' });
      const after = await host.run(
        'cat /proc/sys/kernel/random/boot_id /etc/machine-id; systemctl show -P UserspaceTimestampMonotonic',
      );
      expect(after.stdout).not.toBe(before.stdout);
    }));

  it('is silent while its link is cut and answers again afterwards', () =>
    withHost(async (host) => {
      await host.cutLink();
      const probe = `exec 3<>/dev/tcp/${host.address}/22; read -t 1 -r line <&3; echo "$line"`;
      expect((await execute(['timeout', '2', 'bash', '-c', probe])).stdout).toBe('');
      expect((await host.run('hostname')).stdout).toBe('bare\n');
      await host.restoreLink();
      expect(await overSsh(host, 'hostname')).toMatchObject({ code: 0 });
    }));

  it('has ssh host keys of its own', async () => {
    const lab = await openLab();
    const hosts = await Promise.all([lab.up('bare', { name: 'one' }), lab.up('bare', { name: 'two' })]);
    const keys = hosts.map((host) => readFileSync(host.knownHostsFile, 'utf8').split(' ')[2]);
    expect(new Set(keys).size).toBe(2);
    await hosts[0]?.down();
    expect(existsSync(hosts[0]?.knownHostsFile ?? '')).toBe(false);
    await lab.down();
  });
});
