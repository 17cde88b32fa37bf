/** A lab must be gone when its owner is gone, however that ended, and must not disturb another one. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { describe, expect, it } from 'vitest';
import { execute, waitFor } from '../lab/command.ts';
import { type LabHost, openLab } from '../lab/index.ts';
import { healLeftovers } from '../lab/namespace.ts';
import { footprint, traces } from './lab-footprint.ts';
import { overSsh } from './lab-probes.ts';

const OWNER = `
  import { openLab } from ${JSON.stringify(new URL('../lab/index.ts', import.meta.url).pathname)};
  const lab = await openLab();
  const host = await lab.up('bare', { name: 'orphan' });
  console.log(JSON.stringify({ address: host.address, knownHostsFile: host.knownHostsFile }));
  setInterval(() => undefined, 1000);
`;

interface Owned {
  readonly owner: ChildProcess;
  readonly host: Pick<LabHost, 'address' | 'knownHostsFile'>;
}

/** Another process that owns a lab with one host. */
async function startOwner(): Promise<Owned> {
  const argv = ['--import', 'tsx', '--input-type=module', '--eval', OWNER];
  const owner = spawn(process.execPath, argv, { stdio: ['ignore', 'pipe', 'inherit'] });
  for await (const line of createInterface({ input: owner.stdout })) {
    const { address = '', knownHostsFile = '' } = JSON.parse(line) as Record<string, string>;
    return { owner, host: { address, knownHostsFile } };
  }
  throw new Error('the owner of the lab ended before its host was up');
}

async function kill(owner: ChildProcess): Promise<void> {
  owner.kill('SIGKILL');
  await once(owner, 'exit');
}

describe('a lab', () => {
  it('leaves nothing after "down"', async () => {
    const lab = await openLab();
    const [bare] = await Promise.all([lab.up('bare'), lab.up('bare-13')]);
    const before = footprint(bare);
    expect(before.processes.length).toBeGreaterThan(10);
    expect(await traces(before)).toContain(`link ${before.link}`);
    await lab.down();
    expect(await traces(before)).toEqual([]);
  });

  it('dies with its owner, and the next start clears the empty rest', async () => {
    const { owner, host } = await startOwner();
    const before = footprint(host);
    await kill(owner);
    const rest = await waitFor('the end of the lab', 20_000, async () => {
      const left = await traces(before);
      return left.every((trace) => trace === 'cgroup' || trace === 'record') ? left : undefined;
    });
    expect(rest).toContain('record');
    await healLeftovers();
    expect(await traces(before)).toEqual([]);
  });

  it('is not disturbed by another one, nor by its death', async () => {
    const lab = await openLab();
    const [own, { owner, host }] = await Promise.all([lab.up('bare'), startOwner()]);
    expect(own.address.split('.')[2]).not.toBe(host.address.split('.')[2]);
    await kill(owner);
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

  it('keeps files and address over a restart, and no packet filter', () =>
    withHost(async (host) => {
      await host.run('echo kept > /root/note; nft add table inet lost');
      expect((await host.run('nft list tables')).stdout).toContain('table inet lost');
      const before = await host.run(
        'cat /proc/sys/kernel/random/boot_id /etc/machine-id; systemctl show -P UserspaceTimestampMonotonic',
      );
      await host.reboot();
      expect(await overSsh(host, 'sudo cat /root/note')).toMatchObject({ stdout: 'kept\n' });
      const after = await host.run(
        'cat /proc/sys/kernel/random/boot_id /etc/machine-id; systemctl show -P UserspaceTimestampMonotonic',
      );
      expect(after.stdout).not.toBe(before.stdout);
      expect((await host.run('nft list tables')).stdout).not.toContain('lost');
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
