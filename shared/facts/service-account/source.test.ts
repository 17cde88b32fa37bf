import { describe, expect, it } from 'vitest';
import { readFact, unknownFact } from '../../../test/support/fact-probe.ts';
import { serviceAccount } from './source.ts';

describe('service-account', () => {
  const text = (sudoers: string) =>
    `@@ name deploy\n@@ passwd\ndeploy:x:1001:1001::/home/deploy:/bin/bash\n@@ groups\ndeploy:x:1001:\nsudo:x:27:ada,deploy\n\n@@ password\nset\n@@ keys\n/home/deploy/.ssh/authorized_keys\n@@ sudoers\n${sudoers}`;
  it('finds rules by name and by group', () => {
    const account = readFact(
      serviceAccount,
      text(
        '@@ sudoers-file /etc/sudoers\nDefaults env_reset\n%sudo ALL=(ALL:ALL) ALL\n\n@@ sudoers-file /etc/sudoers.d/deploy\ndeploy ALL=ALL\n\n@@ sudoers-file /etc/sudoers.d/old.bak\ndeploy ALL=ALL\n\n@@ sudoers-file /etc/sudoers.d/mixed\ndeploy ALL=ALL\nada ALL=ALL\n\n',
      ),
    );
    expect(account).toMatchObject({
      group: 'deploy',
      groups: ['deploy', 'sudo'],
      password: 'set',
      authorizedKeys: ['/home/deploy/.ssh/authorized_keys'],
    });
    expect(account.sudoRules.map((rule) => [rule.file, rule.line, rule.dedicated])).toEqual([
      ['/etc/sudoers', 2, false],
      ['/etc/sudoers.d/deploy', 1, true],
      ['/etc/sudoers.d/mixed', 1, false],
    ]);
  });
  it('is unknown when sudoers cannot be read, or there is no such account', () => {
    expect(unknownFact(serviceAccount, text('unreadable\n'))).toMatch(/root only/);
    expect(unknownFact(serviceAccount, '@@ name ghost\n@@ passwd\n')).toMatch(/ghost/);
  });
});
