# A node in the package layout. VERSION; SETTINGS: lines for elasticsearch.yml; AUTO=yes configures security as the
# vendor's installation does and keeps the password of elastic; FILL=yes adds documents.
home=/usr/share/elasticsearch
config=$ROOT/etc/elasticsearch
source "$IN/node.sh"
inside() { chroot "$ROOT" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LANG=C.UTF-8 "$@"; }

fast_java "$config/jvm.options.d/lab.options"
chroot "$ROOT" chown root:elasticsearch /etc/elasticsearch/jvm.options.d/lab.options
[ -z "$SETTINGS" ] || printf '\n# ---- this node ----\n%s\n' "$SETTINGS" >>"$config/elasticsearch.yml"
hostname es-seed
echo '127.0.0.1 localhost es-seed' >"$ROOT/etc/hosts" # every host writes its own later

if [ "${AUTO:-no}" = yes ]; then
  libs=modules/x-pack-core,modules/x-pack-security,lib/tools/security-cli
  inside CLI_LIBS=$libs CLI_NAME=auto-configure-node "$home/bin/elasticsearch-cli" <<<''
  inside chown root:elasticsearch /etc/elasticsearch/certs/{http.p12,http_ca.crt,transport.p12}
  inside CLI_LIBS=$libs CLI_NAME=auto-config-gen-passwd "$home/bin/elasticsearch-cli" >"$OUT/elastic-password"
  chmod 600 "$OUT/elastic-password"
else
  inside "$home/bin/elasticsearch-keystore" create >/dev/null
fi
inside chown root:elasticsearch /etc/elasticsearch/elasticsearch.keystore
inside chmod 660 /etc/elasticsearch/elasticsearch.keystore

mkdir "$ROOT/run/elasticsearch"
inside chown elasticsearch:elasticsearch /run/elasticsearch
chroot "$ROOT" setpriv --reuid elasticsearch --regid elasticsearch --init-groups \
  env -i PATH=/usr/bin:/bin LANG=C.UTF-8 "$home/bin/elasticsearch" -d -p /run/elasticsearch/es.pid
[ "${FILL:-no}" = no ] || fill_with_documents
if [ "${AUTO:-no}" = yes ]; then
  # The first login stores the password in the security index, as it does on a host that is in use.
  for _ in $(seq 120); do
    printf 'user = "elastic:%s"\n' "$(cat "$OUT/elastic-password")" |
      chroot "$ROOT" curl -sS -k -K - --fail -o /dev/null https://127.0.0.1:9200/_cluster/health 2>/dev/null && break
    sleep 0.5
  done
fi
stop_node /run/elasticsearch/es.pid
rm -rf "${ROOT:?}"/var/log/elasticsearch/*
forget_locks "$ROOT/var/lib/elasticsearch"
mkdir -p "$ROOT/etc/systemd/system/multi-user.target.wants"
ln -s /lib/systemd/system/elasticsearch.service "$ROOT/etc/systemd/system/multi-user.target.wants/elasticsearch.service"
