# Ports 9200 and 443 answer everybody with a word, unless Elasticsearch is there to take the first.
for port in 9200 443; do
  [ "$port" = 443 ] || [ -z "$(find "$ROOT/etc/systemd/system" "$ROOT/usr/lib/systemd/system" -name elasticsearch.service)" ] || continue
  printf '[Socket]\nListenStream=%s\nAccept=yes\n[Install]\nWantedBy=sockets.target\n' "$port" \
    >"$ROOT/etc/systemd/system/open-$port.socket"
  printf '[Service]\nExecStart=/bin/echo hello\nStandardInput=socket\nStandardOutput=socket\n' \
    >"$ROOT/etc/systemd/system/open-$port@.service"
  chroot "$ROOT" systemctl -q enable "open-$port.socket"
done
