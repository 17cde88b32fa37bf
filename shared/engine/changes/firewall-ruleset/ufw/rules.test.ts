import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { FirewallChange } from '../backend.ts';
import { inboundPart, ufwRules, withUfwRules } from './rules.ts';

const change: FirewallChange = {
  kind: 'firewall-ruleset',
  backend: 'ufw',
  allow: [
    { port: 9200, from: ['10.0.0.0/8', '2001:db8::/32'], label: 'HTTP' },
    { port: 443, from: ['0.0.0.0/0', '::/0'], label: 'already open before' },
  ],
  sshPort: 22,
  operatorSources: ['192.0.2.10'],
  guardSeconds: 60,
};

/** As ufw 0.36.2 writes it. */
const file = `*filter
:ufw-user-input - [0:0]
### RULES ###

### tuple ### deny any any 0.0.0.0/0 any 192.0.2.66 in
-A ufw-user-input -s 192.0.2.66 -j DROP

### tuple ### allow tcp 22 0.0.0.0/0 any 0.0.0.0/0 in comment=72656d6f746520616363657373
-A ufw-user-input -p tcp --dport 22 -j ACCEPT

### END RULES ###

### LOGGING ###
COMMIT
`;

describe('rules of ufw', () => {
  it('stand after the bans and before who is let in, as ufw writes them', () => {
    const rules = ufwRules(change, 4) ?? [];
    expect(withUfwRules(file, rules)).toBe(
      file.replace(
        '### tuple ### allow tcp 22 0',
        `### tuple ### allow tcp 22 0.0.0.0/0 any 192.0.2.10 in comment=42756c7761726b3a2053534820666f72206f70657261746f7273
-A ufw-user-input -p tcp --dport 22 -s 192.0.2.10 -j ACCEPT

### tuple ### allow tcp 9200 0.0.0.0/0 any 10.0.0.0/8 in comment=42756c7761726b3a2048545450
-A ufw-user-input -p tcp --dport 9200 -s 10.0.0.0/8 -j ACCEPT

### tuple ### deny tcp 1:442 0.0.0.0/0 any 0.0.0.0/0 in comment=42756c7761726b3a2065766572797468696e6720656c7365206f76657220544350
-A ufw-user-input -p tcp -m multiport --dports 1:442 -j DROP

### tuple ### deny tcp 444:65535 0.0.0.0/0 any 0.0.0.0/0 in comment=42756c7761726b3a2065766572797468696e6720656c7365206f76657220544350
-A ufw-user-input -p tcp -m multiport --dports 444:65535 -j DROP

### tuple ### allow tcp 22 0`,
      ),
    );
  });

  it('are replaced, not added, the second time, and leave no trace when they go', () => {
    const once = withUfwRules(file, ufwRules(change, 4) ?? []) ?? '';
    expect(withUfwRules(once, ufwRules(change, 4) ?? [])).toBe(once);
    const other = ufwRules({ ...change, sshPort: 2222 }, 4) ?? [];
    expect(withUfwRules(once, other)).toBe(withUfwRules(file, other));
    expect(withUfwRules(once, [])).toBe(file);
  });

  it('come last where nobody is let in, and not at all into a file of another form', () => {
    const bare = '### RULES ###\n\n### END RULES ###\n';
    expect(withUfwRules(bare, ['x', ''])).toBe('### RULES ###\n\nx\n\n### END RULES ###\n');
    expect(withUfwRules('### RULES ###\n', [])).toBe(undefined);
    expect(withUfwRules('*filter\nCOMMIT\n', [])).toBe(undefined);
  });

  it('keep every other byte', () => {
    const rule = fc.tuple(
      fc.constantFrom('deny', 'allow', 'limit', 'reject', 'allow_log', 'route:allow'),
      fc.string({ unit: 'grapheme-ascii' }),
    );
    fc.assert(
      fc.property(fc.array(rule), (rules) => {
        const text = `a\n### RULES ###\n\n${rules
          .map(([action, rest]) => `### tuple ### ${action} ${rest}\n-A x ${rest}\n\n`)
          .join('')}### END RULES ###\nz`;
        const once = withUfwRules(text, ufwRules(change, 6) ?? []) ?? '';
        expect(withUfwRules(once, [])).toBe(text);
      }),
    );
  });

  it('load nothing but the chain for what comes in', () => {
    expect(inboundPart(file, 4)).toBe(`*filter
:ufw-user-input - [0:0]
-A ufw-user-input -s 192.0.2.66 -j DROP
-A ufw-user-input -p tcp --dport 22 -j ACCEPT
COMMIT
`);
  });
});
