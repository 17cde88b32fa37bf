/**
 * The node of a scenario whose configuration and data lie in a folder of their own. That folder can be a small file system: the
 * configuration itself cannot, because a mount point cannot be exchanged.
 */
import { installOn } from '../es-installs.ts';
import { url } from './open-node.ts';

const install = installOn('conf-elsewhere');
export const { pathConf } = install;
export const data = install.pathData[0] ?? '';
export const folder = pathConf.slice(0, pathConf.lastIndexOf('/'));
export const https = url.replace('http:', 'https:');
export const kept = '/root/kept';

const identity = `curl -sf -m 10 '${url}/_cluster/state/metadata?filter_path=metadata.cluster_uuid'`;

/** Waits until the node is up, open or closed, or until nobody starts it any more. */
const settled = `for i in $(seq 220); do
  case $(systemctl show -p ActiveState --value elasticsearch.service) in inactive|failed) break ;; esac
  open=$(curl -s -m 5 -o /dev/null -w '%{http_code}' '${url}/_cluster/health?wait_for_status=yellow&timeout=2s' || true)
  closed=$(curl -sk -m 5 -o /dev/null -w '%{http_code}' ${https}/ || true)
  case "$open $closed" in '200 000'|'000 401') break ;; esac
  sleep 1
done`;

/**
 * Brings back the configuration and the data that the first preparation kept. The identity of the cluster is the data's: it tells
 * whether the node runs on what it had.
 * @param first root script before anything is kept, with the node running and open
 */
export function asItWas(first: string): string {
  return `if [ ! -d ${kept} ]; then
# A node that began before its folder became a small file system goes on with what lies below that.
systemctl restart elasticsearch.service
${settled}
${first}
fi
systemctl stop elasticsearch.service
if [ ! -d ${kept} ]; then mkdir ${kept}; cp -a ${pathConf} ${kept}/conf; cp -a ${data} ${kept}/data; fi
find ${folder} -mindepth 1 -maxdepth 1 \\( -name '.bulwark-*' -o -name '*.set-aside-*' -o -name '*.secured-*' -o -name '*.new-*' \\) -exec rm -rf {} +
rm -rf ${pathConf} ${data}; cp -a ${kept}/conf ${pathConf}; cp -a ${kept}/data ${data}; sync
systemctl reset-failed elasticsearch.service 2>/dev/null || true; systemctl start elasticsearch.service
${settled}
[ -e ${kept}/cluster ] || ${identity} > ${kept}/cluster`;
}

/** Keys, and what names them, are others each time they are made: the old state is compared byte by byte, the new one by names. */
export const nodeWitness = `open=000; closed=000
${settled}
echo "open $open, by TLS $closed"
[ "$open" != 200 ] || [ "$(${identity})" != "$(cat ${kept}/cluster)" ] || echo 'the cluster as it was'
find ${folder} -maxdepth 1 -printf '%y %u:%g %m %p\\n' | sort
cd ${pathConf}; find . -printf '%y %u:%g %m %P %l\\n' | sort
find . -type f ! -path './certs/*' ! -name elasticsearch.yml ! -name elasticsearch.keystore -exec b2sum {} + | sort -k2
for f in elasticsearch.yml elasticsearch.keystore; do if cmp -s $f ${kept}/conf/$f; then echo "$f as it was"; fi; done`;

/** What another administrator does to the configuration. */
export const theirs = `echo '# theirs' >> ${pathConf}/jvm.options`;
