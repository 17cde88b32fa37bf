# Adds PACKAGES from the host's own sources.
mkdir -p "$ROOT/usr/share/man/man1" # the Java package links manual pages that were left out
chroot "$ROOT" apt-get -qq update
# shellcheck disable=SC2086
chroot "$ROOT" apt-get -qq -y -o Dpkg::Use-Pty=0 install --no-install-recommends $PACKAGES >/dev/null
chroot "$ROOT" apt-get clean
rm -rf "$ROOT"/var/lib/apt/lists/* "$ROOT"/var/cache/apt/*.bin "$ROOT"/var/log/apt "$ROOT"/var/log/dpkg.log
