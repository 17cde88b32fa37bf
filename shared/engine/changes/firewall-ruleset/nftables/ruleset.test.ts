import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ChangeOf } from '../../../../domain/change.ts';
import { holds, readSources } from '../sources.ts';
import { includeLine, rulesText, withInclude } from './ruleset.ts';

const change: ChangeOf<'firewall-ruleset'> = {
  kind: 'firewall-ruleset',
  backend: 'nftables',
  allow: [
    { port: 9300, from: ['0.0.0.0/0', '2001:db8::/32'], label: 'transport" } evil; \n' },
    { port: 9200, from: ['10.0.0.7/8', '10.1.0.1'], label: 'HTTP' },
  ],
  sshPort: 2222,
  operatorSources: ['192.0.2.10'],
  guardSeconds: 60,
};

describe('rules as text', () => {
  it('drop what is not listed, in a table of their own', () => {
    expect(rulesText(change)).toBe(
      `table inet bulwark {
	set operators_v4 {
		type ipv4_addr
		flags interval
		auto-merge
		elements = { 192.0.2.10 }
	}

	set port_9200_v4 {
		type ipv4_addr
		flags interval
		auto-merge
		elements = { 10.0.0.0/8, 10.1.0.1 }
	}

	set port_9300_v6 {
		type ipv6_addr
		flags interval
		auto-merge
		elements = { 2001:db8::/32 }
	}

	chain input {
		type filter hook input priority -10; policy drop;
		ct state established,related accept
		iif "lo" accept
		meta l4proto != tcp accept comment "only TCP is filtered"
		ip saddr @operators_v4 tcp dport 2222 accept comment "SSH for operators"
		ip saddr @port_9200_v4 tcp dport 9200 accept comment "HTTP"
		meta nfproto ipv4 tcp dport 9300 accept comment "transport evil"
		ip6 saddr @port_9300_v6 tcp dport 9300 accept comment "transport evil"
	}
}
`,
    );
  });

  it('hold nothing that is not an address', () => {
    for (const source of ['example.org', '10.0.0.0/33', '10.0.0.0/8; accept', '1.2.3', '::/129', '', '@x']) {
      expect(rulesText({ ...change, operatorSources: [source] })).toBe(undefined);
    }
  });

  it('are included once in the host’s own configuration, of which every byte stays', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        const once = withInclude(text);
        expect(once.startsWith(text)).toBe(true);
        expect(once.split(/\r?\n/)).toContain(includeLine);
        expect(withInclude(once)).toBe(once);
      }),
    );
  });
});

describe('sources', () => {
  it.each([
    ['::/1', '::/1'],
    ['::1', '::1'],
    ['1::', '1::'],
    ['2001:0:0:1:0:0:0:1', '2001:0:0:1::1'],
    ['2001:0:0:1:1:0:0:1', '2001::1:1:0:0:1'],
    ['1:2:3:4:5:6:0:8', '1:2:3:4:5:6:0:8'],
    ['FE80::A:0', 'fe80::a:0'],
  ])('%s is written as %s', (long, short) => {
    expect(readSources([long])?.v6).toEqual([short]);
  });

  it.each<[string[], string, boolean]>([
    [['192.0.2.0/24'], '192.0.2.200', true],
    [['192.0.2.0/24'], '192.0.3.1', false],
    [['192.0.2.0/24'], '::ffff:192.0.2.9', true],
    [['0.0.0.0/0'], '203.0.113.9', true],
    [['0.0.0.0/0'], '2001:db8::1', false],
    [['2001:db8::/32'], '2001:db8:ffff::1', true],
    [['fe80::/10'], 'fe80::1%eth0', true],
    [['2001:db8::1'], '2001:DB8:0:0::1', true],
    [['10.0.0.1', '10.0.0.2'], '10.0.0.2', true],
    [['10.0.0.1'], 'nonsense', false],
  ])('%j holds %s: %s', (sources, address, expected) => {
    expect(holds(sources, address)).toBe(expected);
  });

  it('tells families apart and masks what is beyond the prefix', () => {
    expect(readSources(['10.9.8.7/8', '10.0.0.0/8', '::/0', '2001:db8::8/125'])).toEqual({
      v4: ['10.0.0.0/8'],
      v6: ['2001:db8::8/125'],
      any4: false,
      any6: true,
    });
  });
});
