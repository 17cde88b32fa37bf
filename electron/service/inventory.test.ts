import { describe, expect, it } from 'vitest';
import { draftsFromInventory } from './inventory.ts';

function summary(text: string, fileName: string) {
  const { drafts, ignored } = draftsFromInventory(text, fileName, 'me');
  return {
    drafts: drafts.map(
      ({ name, address, port, user, roles, login, sudo }) =>
        `${name} ${user}@${address}:${port} ${roles.join('+')} ${login.method} ${sudo}`,
    ),
    ignored,
  };
}

const ini = `
; production
jump-alone ansible_connection=local

[es_data]
es-[01:03].example.com ansible_user=ops   # three of them
es-cold:2222 ansible_host="10.0.0.9" ansible_become_password='s3cret words'

[kibana]
kb-1 ansible_host=10.0.0.20 ansible_ssh_private_key_file=/keys/kb
bad;rm ansible_host=10.0.0.21
-oProxyCommand=x
far ansible_ssh_common_args='-o ProxyJump=bastion'
late ansible_host="{{ lookup('env','X') }}"
quote 'open

[elastic:children]
es_data
nobody

[elastic:vars]
ansible_user=elastic-ops
ansible_port=2200

[all:vars]
ansible_user=admin

[wrong:kind]
anything
`;

describe('an Ansible inventory in INI form', () => {
  it('gives hosts with what groups, parents and the host itself say', () => {
    const { drafts, ignored } = summary(ini, 'hosts');
    expect(drafts).toEqual([
      'es-01.example.com ops@es-01.example.com:2200 elasticsearch agent passwordless',
      'es-02.example.com ops@es-02.example.com:2200 elasticsearch agent passwordless',
      'es-03.example.com ops@es-03.example.com:2200 elasticsearch agent passwordless',
      'es-cold elastic-ops@10.0.0.9:2222 elasticsearch agent password',
      'kb-1 admin@10.0.0.20:22 kibana key-file passwordless',
    ]);
    const all = ignored.join('\n');
    for (const reason of [
      /“jump-alone”: it is not reached by SSH, but by “local”/,
      /“bad;rm”: this is no name for a host/,
      /Line 12: this is no name for a host/,
      /“far”: it is reached through another host/,
      /“late”: its address is a template/,
      /Line 15: a quote is not closed\./,
      /sections of the kind “kind” are not known/,
      /Passwords in the file are not taken over/,
    ])
      expect(all).toMatch(reason);
    expect(all).not.toContain('s3cret');
  });

  it.each(['a[1:900000000].x', 'a[1:99][1:99]', 'a[9:1]', 'a[x', 'a[1:5:0]', 'a[z:a]'])(
    'refuses the range %s',
    (pattern) => {
      const { drafts, ignored } = summary(`${pattern}\n`, 'hosts.ini');
      expect(drafts).toEqual([]);
      expect(ignored[0]).toMatch(/range is not understood|no name/);
    },
  );

  it('survives groups that are their own children', () => {
    const { drafts } = summary(
      '[a:children]\nb\n[b:children]\na\n[b]\nh1\n[a:vars]\nansible_user=x\n',
      'hosts',
    );
    expect(drafts).toEqual(['h1 x@h1:22 elasticsearch agent passwordless']);
  });
});

describe('an Ansible inventory in YAML form', () => {
  it('gives the same hosts', () => {
    const { drafts, ignored } = summary(
      `all:
  vars: { ansible_user: admin }
  children:
    elasticsearch:
      vars: { ansible_port: 2200 }
      hosts:
        es-[1:2]:
        es-9: { ansible_host: 10.0.0.9, ansible_user: root, ansible_password: !vault "33" }
    kibana_servers:
      hosts: { kb-1: { ansible_host: 10.0.0.20 } }
      colour: blue
`,
      'inventory.yml',
    );
    expect(drafts).toEqual([
      'es-1 admin@es-1:2200 elasticsearch agent passwordless',
      'es-2 admin@es-2:2200 elasticsearch agent passwordless',
      'es-9 root@10.0.0.9:2200 elasticsearch agent none',
      'kb-1 admin@10.0.0.20:22 kibana agent passwordless',
    ]);
    expect(ignored.join('\n')).toMatch(/“colour” is not known/);
  });

  it.each([
    ['a: &a [*a, *a]\n', /No host|no groups|no YAML/],
    ['just text', /no groups/],
    ['{', /no YAML/],
    ['all: {hosts: {a: 1}, hosts: {b: 1}}', /no YAML/],
  ])('makes nothing of %j', (text, reason) => {
    const { drafts, ignored } = summary(text, 'inventory.yaml');
    expect(drafts).toEqual([]);
    expect(ignored.join('\n')).toMatch(reason);
  });
});

describe('a CSV file', () => {
  it('is read by its headings, with quotes and semicolons', () => {
    const { drafts, ignored } = summary(
      '\uFEFFName;IP;User;Port;Roles;Sudo;Colour\r\nes-1;10.0.0.1;ops;;"elasticsearch, kibana";password;"light ""blue"""\r\nes-2;10.0.0.2;;99999;;;\r\nes-3;10.0.0.3;;;;maybe;\r\nes-4\r\n\r\nes-1;10.0.0.9;;;;;\r\n',
      'Hosts.CSV',
    );
    expect(drafts).toEqual(['es-1 ops@10.0.0.1:22 elasticsearch+kibana agent password']);
    expect(ignored).toEqual([
      'Column “Colour” is not read.',
      'Row 5 has 1 fields instead of 7.',
      '“es-2”: its port is none (1 to 65535).',
      '“es-3”: its sudo says neither none, passwordless nor password.',
      '“es-1”: it is in the file more than once.',
    ]);
  });

  it.each([
    ['a,b\n1,2\n', /must name the columns/],
    ['name,address\n"open,1\n', /line 2 is not closed/],
    ['', /must name the columns/],
  ])('makes nothing of %j', (text, reason) => {
    const { drafts, ignored } = summary(text, 'hosts.csv');
    expect(drafts).toEqual([]);
    expect(ignored.join('\n')).toMatch(reason);
  });
});
