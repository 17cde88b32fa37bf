import { describe, expect, it } from 'vitest';
import { changesOf, controlTable, manualOf } from '../../../../test/support/control-table.ts';
import { account, factsOf, failing, healthy, open, without } from '../../../../test/support/facts.ts';
import control from './control.ts';

const own = (changes: Partial<typeof account>) =>
  factsOf(healthy, { 'service-account': { ...account, ...changes } });
const rule = { file: '/etc/sudoers.d/es', line: 1, text: 'elasticsearch ALL=(ALL) ALL', dedicated: true };

controlTable(control, {
  pass: [
    { name: 'locked', facts: factsOf(healthy) },
    { name: '/bin/false', facts: own({ shell: '/bin/false' }) },
  ],
  fail: [
    { name: 'password', facts: own({ password: 'set' }), says: /has a password/ },
    { name: 'empty password', facts: own({ password: 'empty' }), says: /empty password/ },
    { name: 'login shell', facts: own({ shell: '/bin/bash' }), says: /login shell/ },
    { name: 'no shell named means sh', facts: own({ shell: '' }), says: /login shell/ },
    { name: 'keys', facts: own({ authorizedKeys: ['/x/authorized_keys'] }), says: /SSH keys/ },
    { name: 'sudo', facts: own({ sudoRules: [rule] }), says: /sudo rights/ },
    { name: 'docker group', facts: own({ groups: ['elasticsearch', 'docker'] }), says: /docker/ },
    {
      name: 'password unknown, shell seen',
      facts: own({ password: 'unknown', shell: '/bin/sh' }),
      says: /login shell/,
    },
    {
      name: 'a person, all at once',
      facts: factsOf(open),
      says: /password, has a login shell, accepts SSH keys and has sudo rights/,
    },
  ],
  unknown: [
    { name: 'password unreadable', facts: own({ password: 'unknown' }), says: /root only/ },
    { name: 'account unreadable', facts: without(healthy, 'service-account') },
  ],
  error: [{ name: 'account broken', facts: failing(healthy, 'service-account') }],
});

describe('propose', () => {
  it('never locks a person out', () => {
    expect(manualOf(control, factsOf(open)).reason).toMatch(/lock a person/);
  });

  it('nor somebody who may be one', () => {
    const maybe = { ...account, name: 'search', uid: 1002, shell: '/bin/bash', password: 'unknown' as const };
    expect(manualOf(control, factsOf(healthy, { 'service-account': maybe })).reason).toMatch(/lock a person/);
  });

  it('locks the own account, with what it takes away', () => {
    const facts = own({
      password: 'set',
      shell: '/bin/bash',
      groups: ['elasticsearch', 'docker'],
      authorizedKeys: ['/x/k'],
      sudoRules: [rule],
    });
    expect(changesOf(control, facts).changes).toEqual([
      {
        kind: 'account',
        user: 'elasticsearch',
        action: {
          do: 'lock',
          shell: '/usr/sbin/nologin',
          leaveGroups: ['docker'],
          authorizedKeys: ['/x/k'],
          sudoersFiles: ['/etc/sudoers.d/es'],
        },
      },
    ]);
  });

  it('leaves rules that name others alone and says so', () => {
    const shared = { ...rule, file: '/etc/sudoers', line: 30, dedicated: false };
    expect(manualOf(control, own({ sudoRules: [shared] })).steps.join()).toMatch(/\/etc\/sudoers, line 30/);
    const mixed = changesOf(control, own({ shell: '/bin/sh', sudoRules: [shared] }));
    expect(mixed.changes[0]).toMatchObject({ action: { sudoersFiles: [] } });
    expect(mixed.steps.join()).toMatch(/By hand/);
  });
});
