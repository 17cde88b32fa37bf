import { type KindFile, matrixKind, onOwnKernel } from '../contract.ts';

const folder = '/srv/m';

const content = matrixKind<'file-content'>({
  kind: 'file-content',
  scenario: 'bare',
  prepare: `mkdir -p ${folder}; find ${folder} -mindepth 1 -delete; chmod 755 ${folder}
echo old > ${folder}/file; chown operator:operator ${folder}/file; chmod 644 ${folder}/file`,
  change: async (see) => ({
    kind: 'file-content',
    path: `${folder}/file`,
    content: 'new\n'.repeat(3000),
    owner: 'root',
    group: 'root',
    mode: '0640',
    expects: (await see(`sha256sum < ${folder}/file`)).split(' ')[0] ?? '',
  }),
  witness: `find ${folder} -printf '%y %u:%g %m %p %l\\n' | sort; b2sum ${folder}/file`,
  folders: [folder],
  edit: `echo theirs >> ${folder}/file`,
  atomic: true,
});

export const kinds: KindFile = [content, onOwnKernel(content)];
