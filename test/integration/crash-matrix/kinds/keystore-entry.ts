import { installOn } from '../../es-installs.ts';
import { type KindFile, matrixKind } from '../contract.ts';

const install = installOn('never-started');
const { pathConf, home } = install;
const yml = `${pathConf}/elasticsearch.yml`;
const setting = 'xpack.security.authc.realms.ldap.corp.bind_password';

export const kinds: KindFile = [
  matrixKind<'keystore-entry'>({
    kind: 'keystore-entry',
    scenario: 'never-started',
    prepare: `[ -d /root/kept ] || { echo '${setting}: "made up"' >> ${yml}; cp -a ${pathConf} /root/kept; }
find ${pathConf} -mindepth 1 -delete; cp -a /root/kept/. ${pathConf}/`,
    change: () =>
      Promise.resolve({
        kind: 'keystore-entry',
        install,
        set: [
          {
            name: 'xpack.security.authc.realms.ldap.corp.secure_bind_password',
            value: { from: 'yaml-setting', path: yml, key: setting },
          },
        ],
        remove: [],
        ensure: true,
      }),
    // A keystore is another one each time it is made: what counts is who may read it and what it names.
    witness: `find ${pathConf} -printf '%y %u:%g %m %p\\n' | sort; find ${pathConf} -type f ! -name '*.keystore' -exec b2sum {} + | sort -k2
[ ! -e ${pathConf}/elasticsearch.keystore ] || { cd / && runuser -u $(stat -c %U ${pathConf}) -- env LANG=C.UTF-8 ES_PATH_CONF=${pathConf} ${home}/bin/elasticsearch-keystore list; }`,
    folders: [pathConf],
    edit: `echo '# theirs' >> ${yml}`,
    atomic: false,
    slow: true,
    caseSeconds: 12,
  }),
];
