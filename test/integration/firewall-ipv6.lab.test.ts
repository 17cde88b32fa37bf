/** An operator who comes by IPv6: rules that would shut out this very address are predicted, and rules that let it in are proven by it. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { ChangeOf } from '../../shared/domain/change.ts';
import { firewallRuleset } from '../../shared/engine/changes/firewall-ruleset/firewall-ruleset.ts';
import { type Lab, type LabHost, openLab } from '../lab/index.ts';
import { applyTwice, undo, value } from '../support/change-harness.ts';
import { type LabBench, labBench } from '../support/lab-bench.ts';

vi.setConfig({ testTimeout: 120_000, hookTimeout: 600_000 });

const network = 'fd77:0:0:77::/64';
const operator = 'fd77:0:0:77::1';
const address = 'fd77:0:0:77::11';

let lab: Lab;
let folder: string;
let four: LabBench;
let six: LabBench;

/** The same host by its IPv6 address, as a second entry of known_hosts. */
function overIpv6(host: LabHost): LabHost {
  const knownHostsFile = join(folder, 'known_hosts');
  writeFileSync(knownHostsFile, readFileSync(host.knownHostsFile, 'utf8').replace(host.address, address));
  return { ...host, address, knownHostsFile };
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'firewall-ipv6-'));
  lab = await openLab();
  const host = await lab.up('bare', { name: 'ipv6' });
  // The lab's own cable, which goes with it.
  const link = `bwlab${host.address.split('.')[2] ?? ''}`;
  execFileSync('ip', ['-6', 'addr', 'add', `${operator}/64`, 'dev', link, 'nodad']);
  await host.run(`ip -6 addr add ${address}/64 dev host0 nodad`);
  four = await labBench(host);
  six = await labBench(overIpv6(host));
});
afterAll(async () => {
  await four?.session.close();
  await six?.session.close();
  await lab?.down();
  rmSync(folder, { recursive: true, force: true });
});

const rules = (operatorSources: readonly string[]): ChangeOf<'firewall-ruleset'> => ({
  kind: 'firewall-ruleset',
  backend: 'nftables',
  allow: [],
  sshPort: 22,
  operatorSources: [...operatorSources],
  guardSeconds: 15,
});

/** Whether port 22 lets a new connection in within two seconds. */
function reaches(host: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host, port: 22, timeout: 2000 });
    const end = (answer: boolean) => {
      socket.destroy();
      resolve(answer);
    };
    socket.on('data', () => end(true));
    socket.on('timeout', () => end(false));
    socket.on('error', () => end(false));
  });
}

describe('an operator by IPv6', () => {
  it('is seen by the host at that address', () => {
    expect(six.session.seenFrom).toMatch(/^fd77:.*77::1$/);
  });

  it.each([
    ['the IPv4 network of the same cable', ['10.77.0.0/16']],
    ['all of IPv4', ['0.0.0.0/0']],
    ['another IPv6 network', ['2001:db8::/32']],
    ['the neighbour', ['fd77:0:0:77::2']],
  ])('is told before that the rules would shut them out: %s', async (_, sources) => {
    const refused = await firewallRuleset.inspect(rules(sources), six.context('six-1'));
    expect(refused).toMatchObject({ error: { code: 'ACCESS_WOULD_BE_LOST', hostState: 'unchanged' } });
    expect(refused.ok ? '' : `${refused.error.message} ${refused.error.nextStep}`).toMatch(/fd77:.*77::1\b/);
  });

  it('shuts the other family out and stays in, proven by IPv6', async () => {
    const before = await six.see('nft list ruleset');
    expect(await firewallRuleset.inspect(rules([network]), four.context('four-1'))).toMatchObject({
      error: { code: 'ACCESS_WOULD_BE_LOST' },
    });
    const context = six.context('six-2');
    const applied = await applyTwice(firewallRuleset, rules([network]), context);
    expect(context.guards).toEqual(['armed', 'proving', 'proven', 'disarmed']);
    expect([await reaches(address), await reaches(four.host.address)]).toEqual([true, false]);
    value(await undo(firewallRuleset, rules([network]), applied, six.context('six-2-undo')));
    expect([await reaches(address), await reaches(four.host.address)]).toEqual([true, true]);
    expect(await six.see('nft list ruleset')).toBe(before);
  });
});
