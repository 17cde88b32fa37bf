# Compiles open-files.c. The compiler (half a megabyte) comes from the host's own sources and goes again.
chroot "$ROOT" apt-get -qq update
chroot "$ROOT" apt-get -qq -y -o Dpkg::Use-Pty=0 install --no-install-recommends tcc >/dev/null
mkdir -p "$ROOT/usr/local/lib/lab"
chroot "$ROOT" tcc -shared -nostdlib -o /usr/local/lib/lab/open-files.so /tmp/in/open-files.c
chmod 644 "$ROOT/usr/local/lib/lab/open-files.so"
chroot "$ROOT" apt-get -qq -y -o Dpkg::Use-Pty=0 purge tcc >/dev/null
chroot "$ROOT" apt-get clean
rm -rf "$ROOT"/var/lib/apt/lists/* "$ROOT"/var/cache/apt/*.bin "$ROOT"/var/log/apt "$ROOT"/var/log/dpkg.log
