# A node in the archive layout that ran once. VERSION; SETTINGS: lines for elasticsearch.yml; FILL=yes adds documents;
# RUN=no leaves it as unpacked.
home=/opt/elasticsearch-$VERSION
config=$ROOT$home/config
node() { chroot "$ROOT" /usr/bin/setpriv --reuid deploy --regid deploy --init-groups env -i \
  PATH=/usr/local/bin:/usr/bin:/bin HOME=/home/deploy LANG=C.UTF-8 "$@"; }
source "$IN/node.sh"

fast_java "$config/jvm.options.d/lab.options"
chroot "$ROOT" chown deploy:deploy "$home/config/jvm.options.d/lab.options"
[ -z "$SETTINGS" ] || printf '\n# ---- this node ----\n%s\n' "$SETTINGS" >>"$config/elasticsearch.yml"

if [ "${RUN:-yes}" = yes ]; then
  hostname es-seed
  echo '127.0.0.1 localhost es-seed' >"$ROOT/etc/hosts" # every host writes its own later
  node "$home/bin/elasticsearch" -d -p /tmp/es.pid
  [ "${FILL:-no}" = no ] || fill_with_documents
  stop_node /tmp/es.pid
  rm -rf "${ROOT:?}$home"/logs/*
  forget_locks "$ROOT$home/data"
fi
