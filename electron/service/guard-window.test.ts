import { expect, it } from 'vitest';
import { type Change, changeSchema } from '../../shared/domain/change.ts';
import { changeKinds } from './change-kinds.ts';
import { withWindow } from './guard-window.ts';

const content = (path: string): Change => ({
  kind: 'file-content',
  path,
  content: 'x\n',
  expects: 'absent',
});
const guarded: readonly Change[] = [
  content('/etc/ssh/sshd_config.d/10-ours.conf'),
  content('/etc/sudoers.d/ours'),
  { kind: 'systemd-dropin', unit: 'ssh.service', name: 'bulwark.conf', content: '[Service]\n' },
  { kind: 'service-restart', unit: 'ssh.service', rehearse: false },
  { kind: 'sysctl', settings: [{ key: 'net.ipv4.tcp_retries2', value: '5' }] },
];
const plain: readonly Change[] = [
  content('/etc/motd'),
  { kind: 'systemd-dropin', unit: 'elasticsearch.service', name: 'bulwark.conf', content: '[Service]\n' },
  { kind: 'sysctl', settings: [{ key: 'vm.max_map_count', value: '300000' }] },
  { kind: 'swap' },
];

it('holds for each change that is made under a guard, and touches no other', () => {
  for (const change of guarded) {
    const wanted = withWindow(change, 90, changeKinds);
    expect(wanted).toEqual({ ...change, guardSeconds: 90 });
    expect(changeSchema.safeParse(wanted).success).toBe(true);
  }
  for (const change of plain) expect(withWindow(change, 90, changeKinds)).toBe(change);
});

it('leaves a window that the change names itself, and does not take one out of range', () => {
  const own: Change = { kind: 'service-restart', unit: 'ssh.service', rehearse: false, guardSeconds: 30 };
  expect(withWindow(own, 90, changeKinds)).toBe(own);
  for (const change of guarded)
    for (const seconds of [0, 14, 901, Number.NaN])
      expect(withWindow(change, seconds, changeKinds)).toBe(change);
});
