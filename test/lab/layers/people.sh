# The people and habits every lab host has. IN/credentials holds "user:password" lines, IN/identity.pub the lab's key.
for unit in apt-daily.timer apt-daily-upgrade.timer dpkg-db-backup.timer fstrim.timer e2scrub_all.timer \
  e2scrub_reap.service systemd-firstboot.service console-getty.service systemd-networkd.service; do
  ln -sf /dev/null "$ROOT/etc/systemd/system/$unit"
done

# Debian brings a group "operator" but no such user; "deploy" is the careless service account.
chroot "$ROOT" useradd --create-home --uid 1000 --gid operator --shell /bin/bash operator
chroot "$ROOT" useradd --create-home --uid 1001 --user-group --shell /bin/bash deploy
chroot "$ROOT" chpasswd <"$IN/credentials"
for user in operator deploy; do
  install -d -m 700 -o "$(chroot "$ROOT" id -u $user)" -g "$(chroot "$ROOT" id -g $user)" "$ROOT/home/$user/.ssh"
  install -m 600 -o "$(chroot "$ROOT" id -u $user)" -g "$(chroot "$ROOT" id -g $user)" \
    "$IN/identity.pub" "$ROOT/home/$user/.ssh/authorized_keys"
done
echo 'operator ALL=(ALL:ALL) NOPASSWD: ALL' >"$ROOT/etc/sudoers.d/operator"
chmod 440 "$ROOT/etc/sudoers.d/operator"

cat >"$ROOT/etc/ssh/sshd_config.d/lab.conf" <<'END'
PasswordAuthentication yes
KbdInteractiveAuthentication yes
UseDNS no
PrintMotd no
END
mkdir -p "$ROOT/etc/systemd/journald.conf.d"
printf '[Journal]\nStorage=persistent\nSystemMaxUse=32M\n' >"$ROOT/etc/systemd/journald.conf.d/lab.conf"
