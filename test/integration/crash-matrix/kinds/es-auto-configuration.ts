import { elasticRef, securing } from '../../es-installs.ts';
import { type KindFile, matrixKind } from '../contract.ts';
import { url } from '../open-node.ts';

// Here configuration and data lie in a folder of their own, which can be a small file system: the configuration itself cannot,
// because a mount point cannot be exchanged.
const change = securing('conf-elsewhere');
const { pathConf } = change.install;
const data = change.install.pathData[0] ?? '';
const folder = pathConf.slice(0, pathConf.lastIndexOf('/'));
const https = url.replace('http:', 'https:');
const kept = '/root/kept';

const identity = `curl -sf -m 10 '${url}/_cluster/state/metadata?filter_path=metadata.cluster_uuid'`;

/** Waits until the node is up, open or closed, or until nobody starts it any more. */
const settled = `for i in $(seq 220); do
  case $(systemctl show -p ActiveState --value elasticsearch.service) in inactive|failed) break ;; esac
  open=$(curl -s -m 5 -o /dev/null -w '%{http_code}' '${url}/_cluster/health?wait_for_status=yellow&timeout=2s' || true)
  closed=$(curl -sk -m 5 -o /dev/null -w '%{http_code}' ${https}/ || true)
  case "$open $closed" in '200 000'|'000 401') break ;; esac
  sleep 1
done`;

export const kinds: KindFile = [
  matrixKind<'es-auto-configuration'>({
    kind: 'es-auto-configuration',
    scenario: 'conf-elsewhere',
    // The identity of the cluster is the data's: it tells whether the node runs on what it had.
    prepare: `systemctl stop elasticsearch.service
if [ ! -d ${kept} ]; then mkdir ${kept}; cp -a ${pathConf} ${kept}/conf; cp -a ${data} ${kept}/data; fi
find ${folder} -mindepth 1 -maxdepth 1 \\( -name '.bulwark-*' -o -name '*.set-aside-*' -o -name '*.secured-*' -o -name '*.new-*' \\) -exec rm -rf {} +
rm -rf ${pathConf} ${data}; cp -a ${kept}/conf ${pathConf}; cp -a ${kept}/data ${data}; sync
systemctl reset-failed elasticsearch.service 2>/dev/null || true; systemctl start elasticsearch.service
${settled}
[ -e ${kept}/cluster ] || ${identity} > ${kept}/cluster`,
    change: () => Promise.resolve(change),
    // Keys, and what names them, are others each time they are made: the old state is compared byte by byte, the new one by names.
    witness: `open=000; closed=000
${settled}
echo "open $open, by TLS $closed"
[ "$open" != 200 ] || [ "$(${identity})" != "$(cat ${kept}/cluster)" ] || echo 'the cluster as it was'
find ${folder} -maxdepth 1 -printf '%y %u:%g %m %p\\n' | sort
cd ${pathConf}; find . -printf '%y %u:%g %m %P %l\\n' | sort
find . -type f ! -path './certs/*' ! -name elasticsearch.yml ! -name elasticsearch.keystore -exec b2sum {} + | sort -k2
for f in elasticsearch.yml elasticsearch.keystore; do if cmp -s $f ${kept}/conf/$f; then echo "$f as it was"; fi; done`,
    proof: {
      ref: elasticRef,
      script: `curl -sk --config - -m 20 -o /dev/null -w '%{http_code}' ${https}/_security/_authenticate`,
      user: 'elastic',
      prints: '200',
    },
    folders: [folder],
    edit: `echo '# theirs' >> ${pathConf}/jvm.options`,
    unit: 'elasticsearch.service',
    atomic: false,
    slow: true,
  }),
];
