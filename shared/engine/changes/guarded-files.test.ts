import { describe, expect, it } from 'vitest';
import { admits, entranceOf } from './guarded-files.ts';

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
    ['/home/ada/.ssh/authorized_keys', 'login'],
    ['/home/ada/.ssh/../.ssh/authorized_keys2', 'login'],
    ['/home/ada/.ssh/known_hosts', undefined],
    ['/home/ada/.ssh/authorized_keys.old', undefined],
    ['/etc/sshd_config', undefined],
    ['/etc/sudoers.bak', undefined],
    ['/etc/ssh/../elasticsearch/x', undefined],
    ['/srv/etc/ssh/sshd_config', undefined],
  ])('%s: %s', (path, entrance) => {
    expect(entranceOf(path)).toBe(entrance);
  });

  it.each([
    ['/', true],
    ['/etc/', true],
    ['/etc/ssh', true],
    ['/etc/ssh/ssh_host_ed25519_key', true],
    ['/etc/sudoers.d', true],
    ['/etc/sudoers', true],
    ['/home/ada/.ssh', true],
    ['/home/ada/.ssh/id_ed25519', true],
    ['/home/ada', false],
    ['/etc/elasticsearch', false],
    ['/etc/ssh.bak', false],
    ['/etc/ssh/../elasticsearch', false],
  ])('owner and mode of %s decide who gets in: %s', (path, decides) => {
    expect(admits(path)).toBe(decides);
  });
});
