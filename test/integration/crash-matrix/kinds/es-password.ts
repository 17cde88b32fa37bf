import { elasticRef, installOn } from '../../es-installs.ts';
import { type KindFile, matrixKind } from '../contract.ts';
import { url } from '../open-node.ts';

const install = installOn('half-secured');
const { home, pathConf } = install;
const tool = (name: string, words: string) =>
  `(cd / && runuser -u deploy -- env LANG=C.UTF-8 ES_PATH_CONF=${pathConf} ${home}/bin/elasticsearch-${name} ${words})`;
/** Status of a question asked as somebody whose curl configuration lies in a file. */
const asked = (login: string) =>
  `$(curl -s -K /root/kept/${login} -m 10 -o /dev/null -w '%{http_code}' ${url}/_security/_authenticate || true)`;

/** Waits until the node can tell passwords: until its index of them is there it refuses everybody whom no file names. */
const tellsPasswords = `for i in $(seq 220); do
  [ "$(curl -s -K /root/kept/matrix -m 10 -o /dev/null -w '%{http_code}' '${url}/_cluster/health?wait_for_status=yellow&timeout=5s' || true)" != 200 ] || break; sleep 1
done`;

export const kinds: KindFile = [
  matrixKind<'es-password'>({
    kind: 'es-password',
    scenario: 'half-secured',
    // An administrator of the file realm gives elastic the node's own seed back, whatever a case has made of it.
    prepare: `if [ ! -e /root/kept/seed ]; then
  mkdir -p /root/kept; seed=$(${tool('keystore', 'show keystore.seed')} | tail -1)
  ${tool('users', 'useradd matrix -p "made-up-matrix" -r superuser')}
  echo 'user = "matrix:made-up-matrix"' > /root/kept/matrix; printf 'user = "elastic:%s"\\n' "$seed" > /root/kept/seed
  printf '{"password":"%s"}' "$seed" > /root/kept/body
  cp -a ${pathConf}/users ${pathConf}/users_roles /root/kept/
fi
cp -a /root/kept/users /root/kept/users_roles ${pathConf}/
${tellsPasswords}
curl -sf -K /root/kept/matrix -X POST -H 'content-type: application/json' -d @/root/kept/body ${url}/_security/user/elastic/_password >/dev/null`,
    change: () =>
      Promise.resolve({
        kind: 'es-password',
        install,
        users: [{ name: 'elastic', ref: elasticRef, length: 24 }],
      }),
    witness: `${tellsPasswords}
echo "elastic by its old password: ${asked('seed')}"
cat ${pathConf}/users ${pathConf}/users_roles; stat -c '%U:%G %a %n' ${pathConf}/users ${pathConf}/users_roles`,
    proof: {
      ref: elasticRef,
      user: 'elastic',
      script: `${tellsPasswords}
curl -s -K - -m 20 -o /dev/null -w '%{http_code}' ${url}/_security/_authenticate`,
      prints: '200',
    },
    folders: [],
    edit: `printf 'someone:$2a$10$made.up.hash.of.somebody.who.was.added.by.them\\n' >> ${pathConf}/users`,
    atomic: true,
    slow: true,
    caseSeconds: 12,
    notReversible: 'The old password is known to nobody.',
  }),
];
