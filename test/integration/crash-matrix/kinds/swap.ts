import { type KindFile, matrixKind } from '../contract.ts';

export const kinds: KindFile = [
  matrixKind<'swap'>({
    kind: 'swap',
    scenario: 'bare-kernel',
    prepare: `[ -d /root/kept ] || { mkdir /root/kept; mkswap -q /dev/ubdb; echo '/dev/ubdb none swap sw 0 0' >> /etc/fstab; cp -a /etc/fstab /root/kept/; }
cp -a /root/kept/fstab /etc/fstab; systemctl daemon-reload; grep -q ubdb /proc/swaps || swapon /dev/ubdb`,
    change: () => Promise.resolve({ kind: 'swap' }),
    witness: "stat -c '%U:%G %a' /etc/fstab; cat /etc/fstab; cut -d' ' -f1 /proc/swaps | sort",
    folders: ['/etc'],
    edit: "echo '# theirs' >> /etc/fstab",
    atomic: false,
    slow: true,
    caseSeconds: 9,
  }),
];
