import { type KindFile, matrixKind } from '../contract.ts';

const folder = '/srv/m';

export const kinds: KindFile = [
  matrixKind<'file-mode'>({
    kind: 'file-mode',
    scenario: 'bare',
    prepare: `mkdir -p ${folder}; find ${folder} -mindepth 1 -delete; mkdir -p ${folder}/sub '${folder}/odd name'
echo one > ${folder}/sub/one; echo two > '${folder}/odd name/tw*o'; ln -s /etc/hostname ${folder}/link
chown -hR operator:operator ${folder}; chmod 00777 ${folder} ${folder}/sub; chmod 666 ${folder}/sub/one; chmod 02755 '${folder}/odd name'; chmod 644 '${folder}/odd name/tw*o'`,
    change: () =>
      Promise.resolve({
        kind: 'file-mode',
        entries: [
          {
            path: folder,
            owner: 'root',
            group: 'operator',
            mode: '2750',
            below: { owner: 'root', group: 'operator', fileMode: '0640', directoryMode: '2750' },
          },
          { path: `${folder}/sub/one`, mode: '0600' },
        ],
      }),
    witness: `find ${folder} -printf '%y %u:%g %m %p %l\\n' | sort; find ${folder} -type f -exec b2sum {} + | sort -k2`,
    folders: [folder],
    edit: `echo theirs >> ${folder}/sub/one`,
    atomic: false,
  }),
];
