SUDO_FORCE_REMOVE=yes chroot "$ROOT" dpkg --purge sudo
