# A node in the archive layout that ran once. VERSION; SETTINGS: lines for elasticsearch.yml.
#   RUN=no        leave it as unpacked
#   FILL=yes      add documents while it runs
#   CONFIG=/path  keep the configuration there instead of under the program; DATA=/path says where the settings put the data
#   FORGET=regex  afterwards delete the matching lines of elasticsearch.yml
#   SWITCH_OFF=yes  afterwards set xpack.security.enabled to false
home=/opt/elasticsearch-$VERSION
conf=${CONFIG:-$home/config}
node() { chroot "$ROOT" /usr/bin/setpriv --reuid deploy --regid deploy --init-groups env -i \
  PATH=/usr/local/bin:/usr/bin:/bin HOME=/home/deploy LANG=C.UTF-8 ES_PATH_CONF="$conf" "$@"; }
source "$IN/node.sh"

if [ -n "${CONFIG:-}" ]; then
  mkdir -p "$ROOT${conf%/*}"
  mv "$ROOT$home/config" "$ROOT$conf"
  chroot "$ROOT" chown deploy:deploy "${conf%/*}"
fi
fast_java "$ROOT$conf/jvm.options.d/lab.options"
chroot "$ROOT" chown deploy:deploy "$conf/jvm.options.d/lab.options"
[ -z "$SETTINGS" ] || printf '\n# ---- this node ----\n%s\n' "$SETTINGS" >>"$ROOT$conf/elasticsearch.yml"

if [ "${RUN:-yes}" = yes ]; then
  hostname es-seed
  echo '127.0.0.1 localhost es-seed' >"$ROOT/etc/hosts" # every host writes its own later
  node "$home/bin/elasticsearch" -d -p /tmp/es.pid
  wait_until_started "$ROOT$home/logs"
  [ "${FILL:-no}" = no ] || fill_with_documents
  stop_node /tmp/es.pid
  rm -rf "${ROOT:?}$home"/logs/*
  forget_locks "$ROOT${DATA:-$home/data}"
fi
[ -z "${FORGET:-}" ] || sed -i -E "/$FORGET/d" "$ROOT$conf/elasticsearch.yml"
[ "${SWITCH_OFF:-no}" = no ] ||
  sed -i 's/^xpack.security.enabled: true/xpack.security.enabled: false/' "$ROOT$conf/elasticsearch.yml"
chroot "$ROOT" chown deploy:deploy "$conf/elasticsearch.yml"
