import { describe, expect, it } from 'vitest';
import { entranceOf } from './guarded-files.ts';

describe('files by which people get in', () => {
  it.each([
    ['/etc/ssh/sshd_config', 'sshd'],
    ['/etc/ssh/sshd_config.d/10-x.conf', 'sshd'],
    ['/etc//ssh/../ssh/./sshd_config', 'sshd'],
    ['/../etc/ssh/x', 'sshd'],
    ['/etc/sudoers', 'sudo'],
    ['/etc/sudoers.d/x', 'sudo'],
    ['/etc/pam.d/sshd', 'login'],
    ['/etc/security/access.conf', 'login'],
    ['/etc/hosts.deny', 'login'],
    ['/etc/sshd_config', undefined],
    ['/etc/sudoers.bak', undefined],
    ['/etc/ssh/../elasticsearch/x', undefined],
    ['/srv/etc/ssh/sshd_config', undefined],
  ])('%s: %s', (path, entrance) => {
    expect(entranceOf(path)).toBe(entrance);
  });
});
