import { describe, expect, it } from 'vitest';
import { readFact, unknownFact } from '../../../test/support/fact-probe.ts';
import { firewall } from './source.ts';

describe('firewall', () => {
  const json = JSON.stringify({
    nftables: [{ chain: { family: 'inet', table: 'f', name: 'i', hook: 'input', prio: 0, policy: 'drop' } }],
  });
  const text = (more: string, commands = 'nft\n') =>
    `@@ commands\n${commands}@@ ports\n9250|\n@@ uid\n0\n${more}`;
  const live = `@@ text\ntable inet f {\n chain i { type filter hook input priority 0; policy drop; }\n}\n\n@@ json\n${json}\n\n@@ status\nreadable\n`;
  it('reads live rules for the ports that matter', () => {
    const fact = readFact(firewall, text(`@@ boot\nnftables\n@@ boot-rules\n/etc/nftables.conf\n${live}`));
    expect(fact).toMatchObject({
      manager: 'nftables',
      available: ['nftables'],
      inboundDefault: 'drop',
      loadedAtBoot: true,
    });
    expect(fact.ports.map((port) => port.port)).toEqual(expect.arrayContaining([9200, 9250, 9300]));
  });
  it('knows the other managers', () => {
    expect(readFact(firewall, text(`@@ ufw\nENABLED=yes\n${live}`)).manager).toBe('ufw');
    expect(readFact(firewall, text(`@@ firewalld\nactive\n${live}`)).manager).toBe('firewalld');
    const old = readFact(firewall, text(`@@ legacy\nfilter\n${live}`));
    expect(old.manager).toBe('iptables');
    expect(old.ports.every((port) => port.access === 'undecided')).toBe(true);
    expect(
      readFact(
        firewall,
        text(
          live.replace(
            'table inet f',
            '# Warning: table ip filter is managed by iptables-nft, do not touch!\ntable inet f',
          ),
        ),
      ).manager,
    ).toBe('iptables');
  });
  it('no rules is not the same as rules that cannot be read', () => {
    expect(
      readFact(firewall, text('@@ text\n\n@@ json\n{"nftables": []}\n\n@@ status\nreadable\n')),
    ).toMatchObject({ manager: 'none', inboundDefault: 'none' });
    expect(readFact(firewall, text('', ''))).toMatchObject({ manager: 'none', available: [] });
    expect(unknownFact(firewall, text('@@ text\n\n@@ json\n\n@@ status\n'))).toMatch(/root only/);
    expect(unknownFact(firewall, text(live.replace(json, 'syntax error')), true)).toMatch(
      /not be understood/,
    );
  });
});
