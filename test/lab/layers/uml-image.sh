# A disk image of the layers below for a host with its own kernel. KERNEL: folder of the kernel layer; PREPARE: the
# scenario's preparation, as for a container.
mkdir -p "$ROOT/lib/modules"
cp -r "$KERNEL"/modules/* "$ROOT/lib/modules/"
chroot "$ROOT" depmod "$(ls "$KERNEL/modules")"
install -m 755 "$IN/uml-boot.sh" "$ROOT/usr/local/sbin/lab-boot"
install -m 755 "$IN/uml-agent.sh" "$ROOT/usr/local/sbin/lab-agent"
cat >"$ROOT/etc/systemd/system/lab-boot.service" <<'END'
[Unit]
Description=Name, address and keys of this lab host
DefaultDependencies=no
Wants=network-pre.target
Before=network-pre.target sysinit.target
After=systemd-remount-fs.service
Conflicts=shutdown.target

[Service]
Type=oneshot
RemainAfterExit=yes
ExecStart=/usr/local/sbin/lab-boot

[Install]
WantedBy=sysinit.target
END
cat >"$ROOT/etc/systemd/system/lab-agent.service" <<'END'
[Unit]
Description=Runs what the lab asks for, past ssh
After=lab-boot.service

[Service]
ExecStart=/usr/local/sbin/lab-agent
KillMode=process

[Install]
WantedBy=multi-user.target
END
chroot "$ROOT" systemctl -q enable lab-boot.service lab-agent.service
for unit in serial-getty@.service getty@.service getty-static.service; do
  ln -sf /dev/null "$ROOT/etc/systemd/system/$unit"
done
[ -z "$PREPARE" ] || bash -euo pipefail -c "$PREPARE"

mkdir "$WORKSHOP/plain"
mount --bind "$ROOT" "$WORKSHOP/plain" # without /proc and /dev
truncate -s 4G "$OUT/root.img"
mkfs.ext4 -q -O ^metadata_csum_seed -L lab -d "$WORKSHOP/plain" "$OUT/root.img"
umount "$WORKSHOP/plain"
rmdir "$WORKSHOP/plain"
