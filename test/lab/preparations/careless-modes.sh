# Configuration and secrets that every local user can read.
config=$(cd "$ROOT" && echo opt/elasticsearch-*/config)
[ ! -d "$ROOT/srv/search/conf" ] || config=srv/search/conf
chmod 755 "$ROOT/$config"
chmod 644 "$ROOT/$config/elasticsearch.yml" "$ROOT/$config/elasticsearch.keystore"
