#!/bin/bash
# Ends one host of either kind inside the lab's namespaces. NAME CGROUP
set -uo pipefail
place=/run/hosts/$NAME
[ ! -e "$CGROUP/cgroup.kill" ] || echo 1 >"$CGROUP/cgroup.kill"
for _ in $(seq 100); do
  grep -q 'populated 1' "$CGROUP/cgroup.events" 2>/dev/null || break
  sleep 0.05
done
find "$CGROUP" -depth -type d -exec rmdir {} + 2>/dev/null
umount -R "$place/root" 2>/dev/null || umount -R -l "$place/root"
ip netns del "$NAME" 2>/dev/null
ip link del "v$(cat "$place/index")" 2>/dev/null
rm -rf --one-file-system "$place"
exit 0
