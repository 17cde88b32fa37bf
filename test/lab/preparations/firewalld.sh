# The administrator's firewalld: the usual zone with two doors too many.
chroot "$ROOT" firewall-offline-cmd --add-port=9200/tcp
chroot "$ROOT" firewall-offline-cmd --add-port=443/tcp
chroot "$ROOT" systemctl -q enable firewalld
