import { type KindFile, matrixKind } from '../contract.ts';

const guardSeconds = 15;
const files = 'for n in /etc/sysctl.d/*; do stat -c "%n %U:%G %a" $n; cat $n; done';

export const kinds: KindFile = [
  matrixKind<'sysctl'>({
    kind: 'sysctl',
    variant: 'network',
    scenario: 'bare-kernel',
    prepare:
      'rm -f /etc/sysctl.d/zz-bulwark.conf /etc/sysctl.d/50-theirs.conf; sysctl -q -w net.ipv4.tcp_retries2=15',
    change: () =>
      Promise.resolve({
        kind: 'sysctl',
        settings: [{ key: 'net.ipv4.tcp_retries2', value: '5' }],
        guardSeconds,
      }),
    witness: `cat /proc/sys/net/ipv4/tcp_retries2; ${files}`,
    folders: ['/etc'],
    edit: "echo 'net.ipv4.tcp_syn_retries = 4' > /etc/sysctl.d/50-theirs.conf",
    atomic: false,
    guardSeconds,
    slow: true,
    caseSeconds: 9,
  }),
  matrixKind<'sysctl'>({
    kind: 'sysctl',
    variant: 'memory',
    scenario: 'bare-kernel',
    prepare:
      'rm -f /etc/sysctl.d/zz-bulwark.conf /etc/sysctl.d/50-theirs.conf; sysctl -q -w vm.swappiness=60',
    change: () => Promise.resolve({ kind: 'sysctl', settings: [{ key: 'vm.swappiness', value: '1' }] }),
    witness: `cat /proc/sys/vm/swappiness; ${files}`,
    folders: ['/etc'],
    edit: "echo 'vm.dirty_ratio = 30' > /etc/sysctl.d/50-theirs.conf",
    atomic: false,
    slow: true,
    caseSeconds: 9,
  }),
];
