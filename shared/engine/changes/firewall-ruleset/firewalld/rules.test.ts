import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { FirewallChange } from '../backend.ts';
import { ours, richRules, withZoneRules } from './rules.ts';

const change: FirewallChange = {
  kind: 'firewall-ruleset',
  backend: 'firewalld',
  allow: [{ port: 9200, from: ['10.0.0.0/8', '2001:db8::/32'], label: 'HTTP' }],
  sshPort: 22,
  operatorSources: ['192.0.2.10'],
  guardSeconds: 60,
};

const zone = `<?xml version="1.0" encoding="utf-8"?>
<zone>
  <!-- ours -->
  <service name="ssh"/>
  <rule family="ipv4" priority="-31000">
    <source address="192.0.2.66"/>
    <drop/>
  </rule>
</zone>
`;

describe('rich rules of firewalld', () => {
  it('let chosen sources in and close the rest', () => {
    expect(richRules(change)?.split('\n')).toEqual([
      'rule priority="-31800" family="ipv4" port port="1-65535" protocol="tcp" drop',
      'rule priority="-31800" family="ipv6" port port="1-65535" protocol="tcp" drop',
      'rule priority="-31900" family="ipv4" source address="10.0.0.0/8" port port="9200" protocol="tcp" accept',
      'rule priority="-31900" family="ipv4" source address="192.0.2.10" port port="22" protocol="tcp" accept',
      'rule priority="-31900" family="ipv6" source address="2001:db8::/32" port port="9200" protocol="tcp" accept',
      '',
    ]);
    expect(richRules({ ...change, operatorSources: ['"/><accept/>'] })).toBe(undefined);
  });

  it('leave open for everyone what the zone decides about', () => {
    const all = { port: 443, from: ['0.0.0.0/0'], label: '' };
    expect(richRules({ ...change, allow: [all] })).toContain(
      'family="ipv4" port port="1-442" protocol="tcp" drop',
    );
    expect(richRules({ ...change, allow: [all] })).toContain('family="ipv6" port port="1-65535"');
  });

  it('are told from those of others', () => {
    const lines = (richRules(change) ?? '').split('\n').filter((line) => line !== '');
    expect(lines.every((line) => new RegExp(ours).test(line))).toBe(true);
    expect(new RegExp(ours).test('rule priority="-31000" family="ipv4" drop')).toBe(false);
  });

  it('stand at the end of the zone, of which every other byte stays', () => {
    const once = withZoneRules(zone, change) ?? '';
    expect(once.replace(/ {2}<rule family="ipv\d" priority="-31[89]00">[\s\S]*?<\/rule>\n/g, '')).toBe(zone);
    expect(withZoneRules(once, change)).toBe(once);
    expect(withZoneRules('<policy/>', change)).toBe(undefined);
  });

  it('are left where firewalld wrote them in an order of its own', () => {
    const once = withZoneRules(zone, change) ?? '';
    const all = once.match(/ {2}<rule family="ipv\d" priority="-31[89]00">[\s\S]*?<\/rule>\n/g) ?? [];
    const shuffled = zone.replace('  <!-- ours -->\n', `${[...all].reverse().join('')}  <forward/>\n`);
    expect(withZoneRules(shuffled, change)).toBe(shuffled);
  });

  it('keep what is around them', () => {
    const other = fc.constantFrom(
      '  <rule priority="-31901">\n    <drop/>\n  </rule>\n',
      '  <rule family="ipv4"><accept/></rule>\n',
      '  <!-- note -->\n',
      '<forward/>',
      '  <port port="1" protocol="tcp"/>\r\n',
    );
    fc.assert(
      fc.property(fc.array(other), (parts) => {
        const text = `<zone>\n${parts.join('')}\n</zone>\n`;
        const once = withZoneRules(text, change) ?? '';
        const again = withZoneRules(once, { ...change, sshPort: 2222 }) ?? '';
        expect(withZoneRules(again, change)).toBe(once);
        expect(once.replace(/ {2}<rule family="ipv\d" priority="-31[89]00">[\s\S]*?<\/rule>\n/g, '')).toBe(
          text,
        );
      }),
    );
  });
});
