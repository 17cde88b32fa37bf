chroot "$ROOT" dpkg --purge curl
