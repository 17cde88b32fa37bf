#!/bin/bash
# Brings one host up inside the lab's namespaces; answers the host's public ssh key.
#   NAME INDEX ADDRESS GATEWAY   LOWER (layers, topmost first)   CGROUP   CONSOLE (file)   HOSTS (lines for /etc/hosts)
#   MEMBER MEMBERS SEEDS (names of this node, of all nodes and of all hosts of its cluster; empty elsewhere)
#   standard input: the scenario's own preparation, run with $ROOT set before the host boots
set -euo pipefail
export LC_ALL=C.UTF-8 PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
prepare=$(cat)
place=/run/hosts/$NAME
export ROOT=$place/root
mkdir -p "$place"/{up,work,root}
echo "$INDEX" >"$place/index"
mount -t overlay overlay -o "lowerdir=$LOWER,upperdir=$place/up,workdir=$place/work" "$ROOT"

ip netns add "$NAME"
ip link del "v$INDEX" 2>/dev/null || true # the kernel may still hold the one of a host that just went down
ip link add "v$INDEX" type veth peer name host0 netns "$NAME"
ip link set "v$INDEX" master labbr up
# One hardware address per network address: the outer machine's neighbour table would hide a changed one for seconds.
ip -n "$NAME" link set host0 address "02:77:00:00:00:$(printf %02x "$INDEX")"
ip -n "$NAME" addr add "$ADDRESS/24" dev host0
ip -n "$NAME" link set host0 up
ip -n "$NAME" link set lo up
ip -n "$NAME" route add default via "$GATEWAY"

echo "$NAME" >"$ROOT/etc/hostname"
: >"$ROOT/etc/machine-id"
printf '127.0.0.1 localhost\n::1 localhost\n%s\n' "$HOSTS" >"$ROOT/etc/hosts"
ssh-keygen -q -t ed25519 -N '' -C "root@$NAME" -f "$ROOT/etc/ssh/ssh_host_ed25519_key"
ssh-keygen -q -t ecdsa -N '' -C "root@$NAME" -f "$ROOT/etc/ssh/ssh_host_ecdsa_key"

if [ -n "$prepare" ]; then
  mount -t proc proc "$ROOT/proc"
  mount -t tmpfs tmpfs "$ROOT/run"
  bash -euo pipefail -c "$prepare" >&2
  umount "$ROOT/run" "$ROOT/proc"
fi

mkdir -p "$CGROUP"
# Where the second hierarchy stands alone, hosts may limit memory and processes of their services.
for controller in $(cat "${CGROUP%/*}/cgroup.controllers"); do
  echo "+$controller" >"${CGROUP%/*}/cgroup.subtree_control" 2>/dev/null || true
done
export NAME CGROUP ROOT
setsid bash -c '
  while :; do
    rc=0
    sh -c "echo \$\$ >$CGROUP/cgroup.procs; SYSTEMD_NSPAWN_UNIFIED_HIERARCHY=1 exec systemd-nspawn -q -D $ROOT \
      --register=no --keep-unit -b --machine=$NAME --hostname=$NAME --network-namespace-path=/run/netns/$NAME \
      --capability=CAP_NET_ADMIN --resolv-conf=off --timezone=off --link-journal=no --console=read-only" || rc=$?
    [ $rc = 133 ] || break # 133: the host asked for a reboot
    # The network outlives the boot here, and with it the packet filter; a kernel that starts anew has none.
    nsenter --net=/run/netns/$NAME chroot "$ROOT" nft flush ruleset 2>/dev/null || true
  done
' </dev/null >"$CONSOLE" 2>&1 &
cat "$ROOT/etc/ssh/ssh_host_ed25519_key.pub"
