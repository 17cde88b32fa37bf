/** A password stands in an inventory in more ways than Ansible knows: none of them is ever repeated. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { draftsFromInventory } from './inventory.ts';

/** Where a secret may stand, rightly or wrongly spelt; SECRET is replaced. */
const files: readonly (readonly [string, string])[] = [
  ...[
    '[all:vars]\nansible_become_pass: SECRET',
    '[all:vars]\nansible_become_pass = SECRET',
    '[all:vars]\nansible_become_pass SECRET',
    "[all:vars]\nansible_become_pass='SECRET",
    '[all:vars\nansible_become_pass=SECRET',
    '[all: vars]\nansible_become_pass: SECRET',
    'web1 ansible_ssh_pass=SECRET',
    'web1 ansible_ssh_pass = SECRET',
    'web1 ansible_ssh_pass: SECRET',
    'web1 ansible_ssh_pass="SECRET',
    'web[ ansible_ssh_pass=SECRET',
    'web1 vault_token=SECRET\nweb1',
    'ansible_ssh_pass=SECRET',
    'ansible_ssh_pass:SECRET',
    'ansible_ssh_pass = SECRET',
    'db_password SECRET',
    'root:SECRET@web1',
    'ssh://root:SECRET@web1',
    'web1 ansible_host=root:SECRET@10.0.0.1',
    'web1 ansible_user=root:SECRET',
    'web1 ansible_port=SECRET',
  ].map((text) => ['hosts.ini', text] as const),
  ...[
    'all:\n  vars:\n    ansible_become_pass: SECRET\n  hosts:\n    web1:\n',
    'all:\n  ansible_become_pass: SECRET\n  hosts:\n    web1:\n',
    'all:\n  hosts:\n    web1: ansible_become_pass=SECRET\n',
    'all:\n  hosts:\n    web1 ansible_become_pass=SECRET:\n',
    'all:\n  hosts:\n    ansible_become_pass=SECRET: {}\n',
    "all:\n  hosts:\n    web1:\n      ansible_become_pass: 'SECRET\n",
    'all:\n  hosts:\n    web1:\n      ansible_become_pass: "\\qSECRET"\n',
    'all:\n  hosts:\n    web1:\n     ansible_become_pass: @SECRET\n   x: &SECRET\n',
    'all:\n  hosts:\n    web1:\n      ansible_become_pass: "a" SECRET\n',
    'all: {vars: {ansible_become_pass: *SECRET}}',
    'ansible_become_pass: SECRET',
    'SECRET',
  ].map((text) => ['hosts.yml', text] as const),
  ...[
    'name,address,sudo\nweb1,10.0.0.1,SECRET',
    'name,address,password\nweb1,10.0.0.1,SECRET',
    'name,address,sudo\nweb1,10.0.0.1,"SECRET',
    'name,address,sudo\nweb1,root:SECRET@10.0.0.1,none',
    'name,address,user\nweb1,10.0.0.1,root:SECRET',
    'name,address,port\nweb1,10.0.0.1,SECRET',
  ].map((text) => ['hosts.csv', text] as const),
];

/** Every piece of a secret is recognised again. */
const secret = fc
  .array(fc.tuple(fc.constantFrom('', '', ' ', '=', ':', '#', '"', "'", '\\', '@', ' = '), fc.nat(999)), {
    minLength: 1,
    maxLength: 4,
  })
  .map((pieces) => pieces.map(([before, number]) => `${before}zq${number}`).join(''));

describe('a password in an inventory', () => {
  it.each(files)('%s: %j is never shown', (name, text) => {
    fc.assert(
      fc.property(secret, (value) => {
        const found = draftsFromInventory(
          text.replace('SECRET', () => value),
          name,
          'me',
        );
        expect(JSON.stringify(found)).not.toMatch(/zq\d/);
      }),
      { numRuns: 60 },
    );
  });

  it('leaves a line that can be found', () => {
    expect(draftsFromInventory('web1\nweb2 ansible_ssh_pass = hunter3\n', 'hosts', 'me').ignored).toEqual([
      'Line 2: this is no variable.',
    ]);
  });

  it('is still asked for', () => {
    const { drafts } = draftsFromInventory(
      'web1 ansible_ssh_pass=x ansible_become_password=y\nweb2 vault_token=x\n',
      'hosts',
      'me',
    );
    expect(drafts.map(({ login, sudo }) => [login.method, sudo])).toEqual([
      ['password', 'password'],
      ['agent', 'passwordless'],
    ]);
  });

  it.each(['fe80::1', '2001:db8::7', 'es-1:2222', 'es-[1:2]', '10.0.0.1'])('%s stays a host', (name) => {
    expect(draftsFromInventory(name, 'hosts', 'me').drafts).not.toEqual([]);
  });
});
