#!/bin/bash
# Starts Elasticsearch under systemd. The server module that reports "ready" is not part of the test distribution, so a
# helper reports it as soon as port 9200 (23F0) listens.
(
  exec </dev/null
  while kill -0 $$ 2>/dev/null; do
    grep -qE '^ *[0-9]+: [0-9A-F]+:23F0 0+:0000 0A' /proc/net/tcp /proc/net/tcp6 2>/dev/null &&
      exec systemd-notify --ready
    sleep 0.2
  done
) &
if [ -n "$ES_KEYSTORE_PASSPHRASE_FILE" ]; then
  exec /usr/share/elasticsearch/bin/elasticsearch "$@" <"$ES_KEYSTORE_PASSPHRASE_FILE"
fi
exec /usr/share/elasticsearch/bin/elasticsearch "$@"
