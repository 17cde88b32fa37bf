# The administrator's ufw: on, closed by default, with two doors too many and a ban.
chroot "$ROOT" ufw allow 22/tcp comment 'remote access'
chroot "$ROOT" ufw allow 9200/tcp
chroot "$ROOT" ufw allow 443/tcp
chroot "$ROOT" ufw allow 123/udp
chroot "$ROOT" ufw insert 1 deny from 192.0.2.66
sed -i 's/^ENABLED=.*/ENABLED=yes/' "$ROOT/etc/ufw/ufw.conf"
chroot "$ROOT" systemctl -q enable ufw
