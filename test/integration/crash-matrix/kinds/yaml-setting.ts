import { type KindFile, matrixKind } from '../contract.ts';

const file = '/srv/m/settings.yml';

export const kinds: KindFile = [
  matrixKind<'yaml-setting'>({
    kind: 'yaml-setting',
    scenario: 'bare',
    prepare: `mkdir -p /srv/m; find /srv/m -mindepth 1 -delete; chmod 755 /srv/m
printf '# kept\\r\\ncluster.name: x   # odd\\r\\nxpack.security.enabled: false' > ${file}
chown operator:operator ${file}; chmod 664 ${file}`,
    change: async (see) => ({
      kind: 'yaml-setting',
      path: file,
      edits: [
        { op: 'set', key: 'xpack.security.enabled', value: true },
        { op: 'remove', key: 'cluster.name' },
      ],
      expects: (await see(`sha256sum < ${file}`)).split(' ')[0] ?? '',
    }),
    witness: `find /srv/m -printf '%y %u:%g %m %p %l\\n' | sort; od -c ${file}`,
    folders: ['/srv/m'],
    edit: `printf '\\n# theirs' >> ${file}`,
    atomic: true,
  }),
];
