chroot "$ROOT" usermod --shell /usr/sbin/nologin operator
