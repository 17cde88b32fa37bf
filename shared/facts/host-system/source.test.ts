import { expect, it } from 'vitest';
import { readFact } from '../../../test/support/fact-probe.ts';
import { hostSystem, isContainer } from './source.ts';

it('host-system', () => {
  const text =
    '@@ name\nnode-1\n@@ release\nDebian GNU/Linux 12 (bookworm)\n\n@@ kernel\nLinux 6.1\n@@ virt\nsystemd-nspawn\n@@ systemd\nyes\n@@ uid\n0\n@@ addresses\n127.0.0.1/8\n10.0.0.5/24\nfe80::1/64\n::1/128\n@@ ssh\n10.0.0.1 50000 10.0.0.5 2222\n';
  expect(readFact(hostSystem, text)).toMatchObject({
    hostname: 'node-1',
    addresses: ['10.0.0.5', 'fe80::1'],
    sshPort: 2222,
    operatorAddress: '10.0.0.1',
    systemd: true,
    uid: 0,
  });
  expect(readFact(hostSystem, '@@ ssh\n')).toMatchObject({ sshPort: 22, operatorAddress: undefined });
  expect(['systemd-nspawn', 'docker', 'lxc'].every(isContainer)).toBe(true);
  expect(['none', 'kvm', 'unknown', 'uml'].some(isContainer)).toBe(false);
});
