# systemd listens for ssh and starts the server at the first connection, as on newer Ubuntu hosts.
chroot "$ROOT" systemctl -q disable ssh.service
chroot "$ROOT" systemctl -q enable ssh.socket
