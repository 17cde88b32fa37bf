import { type KindFile, matrixKind } from '../contract.ts';

const folder = '/etc/kibana';
const yml = `${folder}/kibana.yml`;
const unit = '/etc/systemd/system/kibana.service';

export const kinds: KindFile = [
  matrixKind<'kibana-setting'>({
    kind: 'kibana-setting',
    scenario: 'bare',
    prepare: `getent passwd kibana >/dev/null || useradd -r -U -s /usr/sbin/nologin kibana
mkdir -p ${folder}; find ${folder} -mindepth 1 -delete
printf '# ours\\r\\nserver.host: 0.0.0.0\\nelasticsearch:\\n  username: kibana_system\\n  password: "made: up" # move me' > ${yml}
chown -R root:kibana ${folder}; chmod 2750 ${folder}; chmod 660 ${yml}
printf '[Service]\\nUser=kibana\\nExecStart=/bin/sleep infinity\\n[Install]\\nWantedBy=multi-user.target\\n' > ${unit}
systemctl daemon-reload; systemctl reset-failed kibana.service 2>/dev/null || true; systemctl --quiet enable kibana.service; systemctl restart kibana.service`,
    change: async (see) => ({
      kind: 'kibana-setting',
      pathConf: folder,
      home: '/usr/share/kibana',
      unit: 'kibana.service',
      edits: [
        { op: 'set', key: 'server.host', value: '127.0.0.1' },
        { op: 'remove', key: 'elasticsearch.password' },
      ],
      expects: (await see(`sha256sum < ${yml}`)).split(' ')[0] ?? '',
      keystore: {
        set: [
          {
            name: 'elasticsearch.password',
            value: { from: 'yaml-setting', path: yml, key: 'elasticsearch.password' },
          },
          {
            name: 'xpack.encryptedSavedObjects.encryptionKey',
            value: { from: 'generate', ref: 'kibana/key', length: 32 },
          },
        ],
        remove: [],
      },
    }),
    // A keystore is another one each time it is made: who may read it, and how much is in it, is the same each time.
    witness: `find ${folder} -printf '%y %u:%g %m %p %l\\n' | sort; od -c ${yml}
find ${folder} -name '*.keystore' -printf '%s bytes\\n'; systemctl show -p ActiveState kibana.service`,
    folders: [folder],
    edit: `printf '\\n# theirs' >> ${yml}`,
    unit: 'kibana.service',
    atomic: false,
    caseSeconds: 5,
  }),
];
