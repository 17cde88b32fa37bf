rm "$ROOT/etc/systemd/system/multi-user.target.wants/elasticsearch.service"
