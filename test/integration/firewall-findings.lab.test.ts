/**
 * Hosts with a real Elasticsearch behind ufw, firewalld and iptables: what the three network controls find, what they propose,
 * and what they find afterwards. Looking still costs one exec.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { catalog } from '../../shared/controls/catalog.ts';
import { knownValue } from '../../shared/domain/fact.ts';
import { firewallRuleset } from '../../shared/engine/changes/firewall-ruleset/firewall-ruleset.ts';
import { type Lab, openLab } from '../lab/index.ts';
import { applyTwice } from '../support/change-harness.ts';
import { changesOf } from '../support/control-table.ts';
import { labBench } from '../support/lab-bench.ts';
import { type Look, look, outcomes } from '../support/lab-look.ts';

let lab: Lab;
beforeAll(async () => {
  lab = await openLab();
});
afterAll(async () => {
  await lab?.down();
});

const controls = ['firewall-active', 'http-port-restricted', 'not-publicly-exposed'] as const;

function network(seen: Look) {
  return controls.map((id) => outcomes(seen)[id]);
}

function firewallOf(seen: Look) {
  const fact = knownValue(seen.gathered.facts.firewall);
  if (fact === undefined) throw new Error(JSON.stringify(seen.gathered.facts.firewall));
  return { ...fact, port9200: fact.ports.find(({ port }) => port === 9200) };
}

describe.each([
  { backend: 'ufw', spoil: 'sed -i /192.0.2.66/d /etc/ufw/user.rules' },
  { backend: 'iptables', spoil: 'sed -i /192.0.2.66/d /etc/iptables/rules.v4' },
  { backend: 'firewalld', spoil: 'firewall-offline-cmd --add-port=8443/tcp' },
] as const)('Elasticsearch behind $backend', ({ backend, spoil }) => {
  it('is found open, closed by that tool, and found closed', async () => {
    const host = await lab.up('open-fresh', { name: `es-${backend}`, variants: [backend] });
    const files = 'find /etc -xdev -printf "%p %m %u %g %s %T@\\n" | sort | sha256sum';
    const before = (await host.run(files)).stdout;
    const open = await look(host);
    expect((await host.run(files)).stdout).toBe(before);
    expect(firewallOf(open)).toMatchObject({
      manager: backend,
      inboundDefault: 'drop',
      loadedAtBoot: true,
      port9200: { access: 'everyone' },
    });
    expect(firewallOf(open).disagreement).toBe(undefined);
    expect(network(open)).toEqual(['pass', 'fail', 'fail']);
    expect(open.cost.execs).toBe(1);

    const control = catalog.find(({ words }) => words.id === 'http-port-restricted');
    if (control === undefined) throw new Error('no such control');
    const [change] = changesOf(control, open.gathered.facts, {
      allowedSources: '10.1.2.0/24',
      otherPorts: '443',
      guardSeconds: '40',
    }).changes;
    if (change?.kind !== 'firewall-ruleset') throw new Error('no firewall change');
    expect(change.backend).toBe(backend);
    const bench = await labBench(host);
    await applyTwice(firewallRuleset, change, bench.context('ff-1'));
    const closed = await look(host);
    expect(firewallOf(closed)).toMatchObject({
      manager: backend,
      inboundDefault: 'drop',
      loadedAtBoot: true,
      port9200: { access: 'sources', sources: ['10.1.2.0/24'] },
    });
    expect(network(closed)).toEqual(['pass', 'pass', 'pass']);
    expect(closed.cost.execs).toBe(1);

    await bench.see(spoil);
    const spoilt = await look(host);
    expect(firewallOf(spoilt).disagreement).toContain(backend);
    expect(network(spoilt)[0]).toBe('fail');
    await bench.session.close();
    await host.down();
  });
});
