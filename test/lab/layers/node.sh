# What every recipe that runs a node needs.

# Start options that cut the CPU seconds of a start to a third. The parallel collector passes the bootstrap checks.
fast_java() {
  printf '%s\n' -Xms192m -Xmx192m -XX:-UseG1GC -XX:+UseParallelGC -XX:TieredStopAtLevel=1 -XX:-AlwaysPreTouch >"$1"
  chmod 660 "$1"
}

# The starter of 7.x comes back before the node has even written its process number.
wait_until_started() {
  local tries
  for tries in $(seq 1 600); do
    ! grep -qs '\] started' "$1"/*.log || return 0
    sleep 0.2
  done
  echo "the node did not start within two minutes" >&2
  return 1
}

stop_node() {
  local pid
  pid=$(cat "$ROOT$1")
  kill "$pid"
  while kill -0 "$pid" 2>/dev/null; do sleep 0.1; done
}

# Lock files of a stopped node change when overlayfs copies them up, and Lucene then refuses the directory.
forget_locks() { find "$1" -name '*.lock' -delete; }

fill_with_documents() {
  local i body=''
  for i in $(seq 1 200); do
    body+="{\"index\":{}}"$'\n'"{\"order\":$i,\"customer\":\"customer-$((i % 17))\",\"total\":$((i * 37 % 900))}"$'\n'
  done
  chroot "$ROOT" curl -sS --fail -o /dev/null -H 'Content-Type: application/json' -X PUT 127.0.0.1:9200/orders \
    -d '{"settings":{"number_of_replicas":0}}'
  chroot "$ROOT" curl -sS --fail -o /dev/null -H 'Content-Type: application/x-ndjson' \
    --data-binary @- '127.0.0.1:9200/orders/_bulk?refresh=true' <<<"$body"
  chroot "$ROOT" curl -sS --fail -o /dev/null -X POST 127.0.0.1:9200/orders/_flush
}
