# Several nodes of the archive layout that ran together once on this one machine and were stopped. VERSION; SETTINGS: lines for
# elasticsearch.yml; MEMBERS: the names of the nodes. Leaves the data of node X in members/X beside the program.
home=/opt/elasticsearch-$VERSION
conf=$home/config
node() { chroot "$ROOT" /usr/bin/setpriv --reuid deploy --regid deploy --init-groups env -i \
  PATH=/usr/local/bin:/usr/bin:/bin HOME=/home/deploy LANG=C.UTF-8 ES_PATH_CONF="$conf" "$@"; }
source "$IN/node.sh"

fast_java "$ROOT$conf/jvm.options.d/lab.options"
chroot "$ROOT" chown deploy:deploy "$conf/jvm.options.d/lab.options"
printf '\n# ---- this node ----\n%s\n' "$SETTINGS" >>"$ROOT$conf/elasticsearch.yml"
hostname es-seed
echo '127.0.0.1 localhost es-seed' >"$ROOT/etc/hosts" # every host writes its own later
chroot "$ROOT" install -d -o deploy -g deploy "$home/members"
# Nodes that start side by side would write the one keystore at the same time.
node "$home/bin/elasticsearch-keystore" create >/dev/null

seeds=
number=0
for _ in $MEMBERS; do
  number=$((number + 1))
  seeds+=${seeds:+,}127.0.0.1:930$number
done
number=0
for member in $MEMBERS; do
  number=$((number + 1))
  # Addresses on the command line: nothing of this machine stays in a file.
  node "$home/bin/elasticsearch" -d -p "/tmp/$member.pid" \
    -Enode.name="$member" -Epath.data="$home/members/$member" -Epath.logs="/tmp/$member.logs" \
    -Ehttp.port="920$((number - 1))" -Etransport.port="930$number" -Enetwork.host=127.0.0.1 \
    -Ediscovery.seed_hosts="$seeds" -Ecluster.initial_master_nodes="${MEMBERS// /,}" &
done
wait
for member in $MEMBERS; do wait_until_started "$ROOT/tmp/$member.logs"; done
set -- $MEMBERS
chroot "$ROOT" curl -sS --fail -o /dev/null --retry 30 --retry-delay 1 --retry-all-errors \
  "127.0.0.1:9200/_cluster/health?wait_for_nodes=$#&timeout=20s"
ask() { chroot "$ROOT" curl -sS --fail -o /dev/null -H 'Content-Type: application/json' -X "$1" "127.0.0.1:9200/$2" "${@:3}"; }
ask PUT _template/spread -d "{\"index_patterns\":[\"orders\"],\"settings\":{\"number_of_shards\":$#}}"
fill_with_documents
ask DELETE _template/spread
ask PUT orders/_settings -d '{"number_of_replicas":1}'
ask GET '_cluster/health?wait_for_status=green&timeout=60s'
ask POST orders/_flush
for member in $MEMBERS; do stop_node "/tmp/$member.pid"; done
rm -rf "${ROOT:?}$home"/logs/*
forget_locks "$ROOT$home/members"
chroot "$ROOT" chown deploy:deploy "$conf/elasticsearch.yml"
