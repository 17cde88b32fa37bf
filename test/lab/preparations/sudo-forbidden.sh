rm "$ROOT/etc/sudoers.d/operator"
