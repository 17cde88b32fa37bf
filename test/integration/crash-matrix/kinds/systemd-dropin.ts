import { type KindFile, matrixKind } from '../contract.ts';

const unit = '/etc/systemd/system/matrix.service';

export const kinds: KindFile = [
  matrixKind<'systemd-dropin'>({
    kind: 'systemd-dropin',
    scenario: 'bare',
    prepare: `printf '[Service]\\nExecStart=/bin/sleep infinity\\n[Install]\\nWantedBy=multi-user.target\\n' > ${unit}; rm -rf ${unit}.d; systemctl daemon-reload; systemctl --quiet enable matrix.service
systemctl reset-failed matrix.service 2>/dev/null || true; systemctl restart matrix.service`,
    change: () =>
      Promise.resolve({
        kind: 'systemd-dropin',
        unit: 'matrix.service',
        name: 'bulwark.conf',
        content: `[Service]\nUser=operator\n${'# long enough for a block of its own\n'.repeat(150)}`,
      }),
    witness: `find ${unit} ${unit}.d -printf '%y %u:%g %m %p\\n' 2>/dev/null | sort; find ${unit} ${unit}.d -type f -exec b2sum {} + 2>/dev/null
systemctl show -p User -p DropInPaths -p ActiveState matrix.service; ps -o user= -p $(systemctl show -P MainPID matrix.service) || true`,
    folders: ['/etc'],
    edit: `mkdir -p ${unit}.d; echo '# theirs' >> ${unit}.d/bulwark.conf; systemctl daemon-reload`,
    unit: 'matrix.service',
    atomic: false,
    caseSeconds: 5,
  }),
];
