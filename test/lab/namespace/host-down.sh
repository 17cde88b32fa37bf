#!/bin/bash
# Ends one host inside the lab's namespaces. NAME CGROUP
set -uo pipefail
[ ! -e "$CGROUP/cgroup.kill" ] || echo 1 >"$CGROUP/cgroup.kill"
for _ in $(seq 100); do
  grep -q 'populated 1' "$CGROUP/cgroup.events" 2>/dev/null || break
  sleep 0.05
done
find "$CGROUP" -depth -type d -exec rmdir {} + 2>/dev/null
umount -R "/run/hosts/$NAME/root" 2>/dev/null || umount -R -l "/run/hosts/$NAME/root"
ip netns del "$NAME"
rm -rf "/run/hosts/$NAME"
exit 0
