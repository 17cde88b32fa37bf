import { describe, expect, it } from 'vitest';
import { changesOf, choicesOf, controlTable, manualOf } from '../../../../test/support/control-table.ts';
import { factsOf, failing, healthy, install, open, without } from '../../../../test/support/facts.ts';
import httpPortRestricted from '../http-port-restricted/control.ts';
import notPubliclyExposed from '../not-publicly-exposed/control.ts';
import control from './control.ts';

const rules = (changes: Partial<typeof healthy.firewall>) =>
  factsOf(healthy, { firewall: { ...healthy.firewall, ...changes } });

controlTable(control, {
  pass: [
    { name: 'drops', facts: factsOf(healthy) },
    { name: 'ufw drops', facts: rules({ manager: 'ufw' }) },
  ],
  fail: [
    { name: 'none', facts: factsOf(open), says: /No firewall/ },
    { name: 'not at boot', facts: rules({ loadedAtBoot: false }), says: /nothing loads its rules/ },
    {
      name: 'others at boot',
      facts: rules({ manager: 'ufw', disagreement: 'ufw: 5 live rules, 7 in its file.' }),
      says: /not those that the next boot loads/,
    },
    { name: 'accepts by default', facts: rules({ inboundDefault: 'accept' }), says: /accepts/ },
  ],
  unknown: [
    { name: 'not readable', facts: without(healthy, 'firewall') },
    {
      name: 'an init that nobody here knows',
      facts: rules({ loadedAtBoot: 'unknown' }),
      says: /next boot is not known/,
    },
    {
      name: 'older iptables',
      facts: rules({
        manager: 'iptables',
        inboundDefault: 'none',
        ports: [{ port: 9200, access: 'undecided', sources: [] }],
      }),
      says: /iptables/,
    },
  ],
  error: [{ name: 'broken', facts: failing(healthy, 'firewall') }],
});

describe('propose', () => {
  const given = { allowedSources: '10.1.0.1/32\n10.2.0.0/16', transportSources: '' };

  it('asks for sources, suggests the operator alone', () => {
    const { choices, fixedTogetherWith } = choicesOf(control, factsOf(open));
    expect(choices).toMatchObject([
      { name: 'allowedSources', suggested: '10.1.0.1/32' },
      { name: 'sshSources', suggested: '10.1.0.1/32' },
    ]);
    expect(fixedTogetherWith).toEqual(['http-port-restricted', 'not-publicly-exposed']);
  });

  it('asks again for sources that restrict next to nobody, and says why', () => {
    const asked = choicesOf(control, factsOf(open), { ...given, allowedSources: '0.0.0.0/1 128.0.0.0/1' });
    expect(asked.choices[0]?.hint).toMatch(/large part of all addresses/);
  });

  it.each(['', 'anybody', '10.0.0.0/33', '10.0.0.1; rm'])('asks again for %j', (allowedSources) => {
    expect(choicesOf(control, factsOf(open), { allowedSources }).choices).toHaveLength(2);
  });

  it('lets further administrators in, and the operator always', () => {
    const { changes } = changesOf(control, factsOf(open), { ...given, sshSources: '10.7.0.0/16 10.1.0.1' });
    expect(changes[0]).toMatchObject({ operatorSources: ['10.1.0.1/32', '10.7.0.0/16'] });
    choicesOf(control, factsOf(open), { ...given, sshSources: 'everybody' });
  });

  it('is one and the same change for all three controls', () => {
    const all = [control, httpPortRestricted, notPubliclyExposed].map(
      (one) => changesOf(one, factsOf(open), given).changes,
    );
    expect(all[1]).toEqual(all[0]);
    expect(all[2]).toEqual(all[0]);
    expect(all[0]).toEqual([
      {
        kind: 'firewall-ruleset',
        backend: 'nftables',
        allow: [{ port: 9200, from: ['10.1.0.1/32', '10.2.0.0/16'], label: 'Elasticsearch HTTP' }],
        sshPort: 22,
        operatorSources: ['10.1.0.1/32'],
        guardSeconds: 60,
      },
    ]);
  });

  it.each([
    ['60', 60],
    ['5', 60],
    ['x', 60],
  ])('takes %s as the guard’s time', (text, guardSeconds) => {
    const { changes } = changesOf(control, factsOf(open), { ...given, guardSeconds: text });
    expect(changes[0]).toMatchObject({ guardSeconds });
  });

  it('asks for the other nodes where there may be some', () => {
    const cluster = factsOf(open, { 'node-answers': { ...open['node-answers'], nodeCount: 3 } });
    expect(choicesOf(control, cluster).choices.map((one) => one.name)).toContain('transportSources');
    const { changes } = changesOf(control, cluster, { ...given, transportSources: '10.1.0.12' });
    expect(changes[0]).toMatchObject({ allow: [{}, { port: 9300, from: ['10.1.0.12/32'] }] });
    changesOf(control, cluster, given);
  });

  it('keeps what else was reachable, unless it is taken out', () => {
    const facts = factsOf(open, {
      listeners: [
        ...open.listeners,
        { address: '0.0.0.0', port: 443, pid: undefined },
        { address: '127.0.0.1', port: 25, pid: undefined },
      ],
    });
    expect(choicesOf(control, facts).choices.at(-1)).toMatchObject({ name: 'otherPorts', suggested: '443' });
    expect(changesOf(control, facts, { ...given, otherPorts: '443' }).changes[0]).toMatchObject({
      allow: [{}, { port: 443, from: ['0.0.0.0/0', '::/0'] }],
    });
    expect(changesOf(control, facts, { ...given, otherPorts: '' }).changes[0]).toMatchObject({
      allow: [{ port: 9200 }],
    });
    choicesOf(control, facts, { ...given, otherPorts: '99999' });
  });

  it.each(['ufw', 'firewalld', 'iptables'] as const)('works by %s where that manages the host', (manager) => {
    const managed = {
      ...open.firewall,
      manager,
      available: ['nftables', manager] as const,
      loadedAtBoot: true,
    };
    const by = (more: Partial<typeof healthy.firewall>) =>
      factsOf(open, { firewall: { ...managed, ...more } });
    expect(changesOf(control, by({}), given).changes[0]).toMatchObject({ backend: manager });
    expect(manualOf(control, by({ loadedAtBoot: false })).reason).toMatch(/outlast a restart/);
    expect(manualOf(control, by({ available: ['nftables'] })).reason).toContain(manager);
    expect(manualOf(control, by({ managers: [manager, 'nftables'] })).reason).toContain(
      `${manager} and nftables both manage`,
    );
  });

  it('does nothing without nft, or when the operator’s address is not known', () => {
    expect(
      manualOf(control, factsOf(open, { firewall: { ...open.firewall, available: [] } })).reason,
    ).toMatch(/no nft/);
    const hidden = { ...open['host-system'], operatorAddress: undefined };
    expect(manualOf(control, factsOf(open, { 'host-system': hidden })).reason).toMatch(/lock you out/);
  });

  it('allows an operator over IPv6 and another SSH port', () => {
    const system = { ...open['host-system'], operatorAddress: 'fd00::1', sshPort: 2222 };
    const facts = factsOf(open, { 'host-system': system, 'es-install': { ...install, httpPort: 9201 } });
    const { changes } = changesOf(control, facts, { ...given, otherPorts: '' });
    expect(changes[0]).toMatchObject({
      sshPort: 2222,
      operatorSources: ['fd00::1/128'],
      allow: [{ port: 9201 }],
    });
  });
});
