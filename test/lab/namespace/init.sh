#!/bin/bash
# First process of a lab: mount, network and pid namespaces of its own hold everything that follows, so its end is the
# end of all hosts. Nothing here is visible outside.
set -eu
mount --make-rprivate /
mount -t proc proc /proc
mount -t tmpfs -o mode=755 tmpfs /run
mkdir -p /run/netns /run/hosts
mount -t tmpfs -o "mode=755,size=${HOSTS_SIZE:-75%}" tmpfs /run/hosts
mount -t tmpfs -o mode=1777,size=90% tmpfs /dev/shm
ip link set lo up
ip link add labbr type bridge
ip link set labbr up
echo ready
while :; do sleep 1000 & wait $! || :; done
