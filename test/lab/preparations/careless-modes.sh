# Configuration and secrets that every local user can read.
config=$(echo "$ROOT"/opt/elasticsearch-*/config)
chmod 755 "$config"
chmod 644 "$config/elasticsearch.yml" "$config/elasticsearch.keystore"
