#!/bin/bash
# Brings up a host with its own kernel (user-mode-linux) inside the lab's namespaces; answers its public ssh key.
#   NAME INDEX ADDRESS GATEWAY   KERNEL (folder with linux.uml)   IMAGE (root disk)   GROUND (files the kernel runs in)
#   MEMORY (megabytes)   CGROUP   CONSOLE (file)
set -euo pipefail
export LC_ALL=C.UTF-8 PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
place=/run/hosts/$NAME
mkdir -p "$place"/{up,work,root}
echo "$INDEX" >"$place/index"
mount -t overlay overlay -o "lowerdir=$GROUND,upperdir=$place/up,workdir=$place/work" "$place/root"
ground=$place/root
mkdir -p "$ground"/guest/share "$ground/image"
mount -t proc proc "$ground/proc"
mount -t tmpfs -o mode=755 tmpfs "$ground/dev"
mkdir "$ground"/dev/{net,shm}
for device in null zero random urandom net/tun; do
  touch "$ground/dev/$device"
  mount --bind "/dev/$device" "$ground/dev/$device"
done
mount --bind /dev/shm "$ground/dev/shm"
cp "$KERNEL/linux.uml" "$ground/guest/linux.uml"
mount --bind "${IMAGE%/*}" "$ground/image"
mount -o remount,bind,ro "$ground/image"
truncate -s 2G "$ground/guest/data.img"
ssh-keygen -q -t ed25519 -N '' -C "root@$NAME" -f "$ground/guest/share/ssh_host_ed25519_key"
ssh-keygen -q -t ecdsa -N '' -C "root@$NAME" -f "$ground/guest/share/ssh_host_ecdsa_key"

ip link del "v$INDEX" 2>/dev/null || true
ip tuntap add "v$INDEX" mode tap
ip link set "v$INDEX" master labbr up

mkdir -p "$CGROUP"
cat >"$ground/guest/start" <<END
#!/bin/bash
# A guest that restarts runs its program again while it still holds the old network device, and loses it. Under this name it
# runs something that only ends, with the code on which the loop outside starts it afresh.
export TMPDIR=/dev/shm
exec -a /guest/again /guest/linux.uml umid=$NAME mem=${MEMORY}M \
  ubd0=/guest/root.cow,/image/${IMAGE##*/} ubd1=/guest/data.img root=/dev/ubda rw \
  vec0:transport=tap,ifname=v$INDEX,mac=02:77:00:00:00:$(printf %02x "$INDEX"),depth=64 \
  con=null con0=null,fd:1 con1=null ssl=null quiet \
  lab.name=$NAME lab.ip=$ADDRESS/24 lab.gateway=$GATEWAY
END
printf '#!/bin/sh\nexit 133\n' >"$ground/guest/again"
chmod 755 "$ground"/guest/{start,again}
export CGROUP ground
setsid bash -c '
  while :; do
    rc=0
    sh -c "echo \$\$ >$CGROUP/cgroup.procs; exec chroot $ground /guest/start" || rc=$?
    [ $rc = 133 ] || break
  done
' </dev/null >"$CONSOLE" 2>&1 &
cat "$ground/guest/share/ssh_host_ed25519_key.pub"
