/** Hosts with a Linux of their own, for what a container can only borrow from the outer machine. */
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Lab, openLab } from '../lab/index.ts';
import { SCENARIOS, type Scenario } from '../lab/scenarios.ts';
import { asStranger, overSsh } from './lab-probes.ts';

const DATA = '/opt/elasticsearch-8.19.21/data';

let lab: Lab;

beforeAll(async () => {
  lab = await openLab({ log: (line) => console.error(line) });
});

afterAll(async () => {
  await lab.down();
});

describe('the scenario bare-kernel', () => {
  it('has settings, swap and a clock that are not those of the outer machine', async () => {
    const outer = readFileSync('/proc/sys/vm/swappiness', 'utf8').trim();
    const host = await lab.up('bare-kernel');
    const script = `sysctl -q -w vm.swappiness=7; mkswap -q /dev/ubdb; swapon /dev/ubdb; date -s '2031-01-01' >/dev/null
      cat /proc/sys/vm/swappiness; swapon --show=NAME --noheadings; date +%Y; systemd-detect-virt`;
    expect((await host.run(script)).stdout).toBe('7\n/dev/ubdb\n2031\numl\n');
    expect(readFileSync('/proc/sys/vm/swappiness', 'utf8').trim()).toBe(outer);
    expect(new Date().getFullYear()).not.toBe(2031);
    await host.down();
  });

  it('keeps files and address over a restart, and its link can be cut', async () => {
    const host = await lab.up('bare-kernel');
    await host.run('echo kept > /root/note; sync');
    await host.reboot();
    expect(await overSsh(host, 'sudo cat /root/note')).toMatchObject({ code: 0, stdout: 'kept\n' });
    await host.cutLink();
    expect((await overSsh(host, 'true')).code).not.toBe(0);
    expect((await host.run('hostname')).stdout).toBe(`${host.name}\n`);
    await host.restoreLink();
    expect(await overSsh(host, 'hostname')).toMatchObject({ code: 0 });
    await host.down();
  });
});

describe('the scenario luks', () => {
  it('keeps the data of an open node on an encrypted disk, also after a restart', async () => {
    const host = await lab.up('luks');
    const where = `findmnt -n -o SOURCE -T ${DATA}; lsblk -n -o TYPE /dev/mapper/esdata; cryptsetup isLuks /dev/ubdb && echo luks`;
    expect((await host.run(where)).stdout).toBe('/dev/mapper/esdata\ncrypt\nluks\n');
    expect(await asStranger(host, '/_cluster/health')).toMatchObject({ status: 200 });
    await host.reboot();
    expect((await host.run(where)).stdout).toBe('/dev/mapper/esdata\ncrypt\nluks\n');
    expect((await host.run(`stat -c %U ${DATA}`)).stdout).toBe('deploy\n');
    await host.down();
  });
});

describe('the scenario open-kernel', () => {
  it('runs an open node under its login user', async () => {
    const host = await lab.up('open-kernel');
    expect(await asStranger(host, '/_cat/indices?expand_wildcards=all')).toEqual({ status: 200, body: '' });
    expect((await host.run('ps -o user= -p $(systemctl show -P MainPID elasticsearch)')).stdout).toBe(
      'deploy\n',
    );
    expect((await host.run(`findmnt -n -o SOURCE -T ${DATA}`)).stdout).toBe('/dev/ubda\n');
    await host.down();
  });
});

describe.each(['bare-spare-disk', 'spare-disk'] as const)('the scenario %s', (scenario) => {
  it('has cryptsetup and an empty second disk', async () => {
    const host = await lab.up(scenario);
    const look =
      'cryptsetup --version | cut -c 1-12; wipefs -n /dev/ubdb | wc -l; blkid -p /dev/ubdb; echo $?';
    expect((await host.run(look)).stdout).toBe('cryptsetup 2\n0\n2\n');
    if (scenario === 'spare-disk') {
      expect(await asStranger(host, '/_cluster/health')).toMatchObject({ status: 200 });
    }
    await host.down();
  });
});

describe('the scenarios with a kernel of their own', () => {
  it('are all tested here', () => {
    const entries: readonly (readonly [string, Scenario])[] = Object.entries(SCENARIOS);
    const names = entries.filter(([, { ownKernel }]) => ownKernel).map(([name]) => name);
    expect(names.toSorted()).toEqual(['bare-kernel', 'bare-spare-disk', 'luks', 'open-kernel', 'spare-disk']);
  });
});
