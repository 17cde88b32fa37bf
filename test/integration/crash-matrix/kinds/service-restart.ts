import { type KindFile, matrixKind } from '../contract.ts';

const unit = '/etc/systemd/system/matrix.service';

export const kinds: KindFile = [
  matrixKind<'service-restart'>({
    kind: 'service-restart',
    scenario: 'bare',
    prepare: `printf '[Service]\\nExecStart=/bin/sleep infinity\\n[Install]\\nWantedBy=multi-user.target\\n' > ${unit}
systemctl daemon-reload; systemctl reset-failed matrix.service 2>/dev/null || true; systemctl --quiet enable --now matrix.service`,
    change: () => Promise.resolve({ kind: 'service-restart', unit: 'matrix.service', rehearse: false }),
    witness: `b2sum ${unit}; systemctl show -p ActiveState -p SubState -p UnitFileState -p DropInPaths matrix.service`,
    folders: ['/etc'],
    edit: `echo '# theirs' >> ${unit}; systemctl daemon-reload`,
    unit: 'matrix.service',
    atomic: false,
    caseSeconds: 5,
  }),
];
