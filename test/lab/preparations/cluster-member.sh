# One node of a cluster: its own data of all those in the layer, and how it finds the others.
# MEMBER: its name, MEMBERS: all names, SEEDS: the host names of all.
home=$ROOT/$(cd "$ROOT" && echo opt/elasticsearch-*)
mv "$home/members/$MEMBER" "$home/data"
rm -rf "$home/members"
list() { printf '["%s"]' "${1// /\", \"}"; }
cat >>"$home/config/elasticsearch.yml" <<END
node.name: $MEMBER
network.host: $ADDRESS
discovery.seed_hosts: $(list "$SEEDS")
cluster.initial_master_nodes: $(list "$MEMBERS")
END
# A machine that grants the open files is left as it is.
[ "$(ulimit -Hn)" = unlimited ] || [ "$(ulimit -Hn)" -ge 65535 ] ||
  echo /usr/local/lib/lab/open-files.so >"$ROOT/etc/ld.so.preload"
