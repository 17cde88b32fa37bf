import { installOn } from '../../es-installs.ts';
import { type KindFile, matrixKind } from '../contract.ts';

const install = installOn('never-started');
const { pathConf, home } = install;
const certs = `${pathConf}/certs`;
/** The set-up as the launcher of the node calls it, and as the same user. */
const setUp = `(cd / && runuser -u deploy -- env -i PATH=/usr/bin:/bin LANG=C.UTF-8 ES_PATH_CONF=${pathConf} CLI_NAME=auto-configure-node CLI_LIBS=modules/x-pack-core,modules/x-pack-security,lib/tools/security-cli ${home}/bin/elasticsearch-cli </dev/null >/dev/null 2>&1)`;

export const kinds: KindFile = [
  matrixKind<'es-authority-key'>({
    kind: 'es-authority-key',
    // The set-up is all that is needed: what a running node makes of the store is asked where one runs.
    scenario: 'never-started',
    prepare: `[ -d /root/kept ] || { ${setUp}; [ -f ${certs}/http.p12 ]; cp -a ${pathConf} /root/kept; }
find ${pathConf} -mindepth 1 -delete; cp -a /root/kept/. ${pathConf}/`,
    change: () =>
      Promise.resolve({
        kind: 'es-authority-key',
        install,
        store: `${certs}/http.p12`,
        authorityRef: 'matrix/http-authority',
      }),
    witness: `find ${pathConf} -printf '%y %u:%g %m %p\\n' | sort; find ${pathConf} -type f -exec b2sum {} + | sort -k2`,
    folders: [pathConf],
    edit: `echo theirs >> ${certs}/http.p12`,
    atomic: true,
    slow: true,
    caseSeconds: 12,
  }),
];
