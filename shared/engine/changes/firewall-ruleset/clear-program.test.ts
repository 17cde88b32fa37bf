/** What the guard runs on the host to take Bulwark's rules out of a file that somebody else has edited meanwhile. */
import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import type { FirewallChange } from './backend.ts';
import * as firewalld from './firewalld/rules.ts';
import * as iptables from './iptables/rules.ts';
import * as ufw from './ufw/rules.ts';

const change: FirewallChange = {
  kind: 'firewall-ruleset',
  backend: 'ufw',
  allow: [{ port: 9200, from: ['10.1.2.0/24', '2001:db8::/32'], label: "Elasticsearch's HTTP" }],
  sshPort: 22,
  operatorSources: ['192.0.2.0/24'],
  guardSeconds: 60,
};

function cleared(program: string, text: string): { readonly code: number | null; readonly text: string } {
  const ran = spawnSync('sh', ['-c', program], { input: text, encoding: 'utf8' });
  return { code: ran.status, text: ran.stdout };
}

const userRules = `*filter
### RULES ###

### tuple ### deny any any 0.0.0.0/0 any 203.0.113.9 in comment=62616e
-A ufw-user-input -s 203.0.113.9 -j DROP

### tuple ### allow tcp 80 0.0.0.0/0 any 0.0.0.0/0 in
-A ufw-user-input -p tcp --dport 80 -j ACCEPT

### END RULES ###
COMMIT
`;
const saved = `*nat
:PREROUTING ACCEPT [0:0]
COMMIT
*filter
:INPUT ACCEPT [0:0]
:bulwarks - [0:0]
-A INPUT -p tcp -m tcp --dport 80 -j ACCEPT
-A INPUT -j bulwarks
COMMIT
`;
const zone = `<?xml version="1.0" encoding="utf-8"?>
<zone>
  <short>Public</short>
  <rule family="ipv4" priority="-31000">
    <source address="10.0.0.0/8"/>
    <accept/>
  </rule>
</zone>
`;
const ban =
  '### tuple ### deny any any 0.0.0.0/0 any 198.51.100.1 in\n-A ufw-user-input -s 198.51.100.1 -j DROP\n\n';

const tools = [
  {
    name: 'ufw',
    program: ufw.clearProgram,
    before: userRules,
    ours: (text: string) => ufw.withUfwRules(text, ufw.ufwRules(change, 4) ?? []) ?? '',
    // ufw puts a ban first.
    edit: (text: string) => text.replace('### RULES ###\n\n', `### RULES ###\n\n${ban}`),
  },
  {
    name: 'iptables',
    program: iptables.clearProgram,
    before: saved,
    ours: (text: string) => iptables.withOwnLines(text, iptables.chainRules(change, 4) ?? []),
    edit: (text: string) => text.replace('COMMIT\n*filter', '-A PREROUTING -j RETURN\nCOMMIT\n*filter'),
  },
  {
    name: 'firewalld',
    program: firewalld.clearProgram,
    before: zone,
    ours: (text: string) => firewalld.withZoneRules(text, change) ?? '',
    edit: (text: string) => text.replace('<short>', '<service name="http"/>\n  <short>'),
  },
];

describe.each(tools)('$name', ({ program, before, ours, edit }) => {
  it('loses our rules and nothing else', () => {
    const with_ = ours(before);
    expect(with_).not.toBe(before);
    expect(cleared(program, with_)).toEqual({ code: 0, text: before });
    expect(cleared(program, edit(with_))).toEqual({ code: 0, text: edit(before) });
  });

  it('keeps a file without our rules to the byte', () => {
    expect(cleared(program, before)).toEqual({ code: 0, text: before });
    expect(cleared(program, '')).toEqual({ code: 0, text: '' });
  });
});

it.each([
  [
    'all on one line',
    '<zone><rule family="ipv4" priority="-31900"><accept/></rule><service name="x"/></zone>\n',
  ],
  [
    'with something behind its end',
    '<zone>\n<rule priority="-31800">\n<drop/>\n</rule><service name="x"/>\n</zone>\n',
  ],
  ['without an end', '<zone>\n<rule priority="-31800">\n<drop/>\n</zone>\n'],
])('a rule of a zone that is written %s is not guessed at', (_how, text) => {
  expect(cleared(firewalld.clearProgram, text).code).toBe(3);
});
