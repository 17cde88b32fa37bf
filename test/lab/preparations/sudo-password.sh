echo 'operator ALL=(ALL:ALL) ALL' >"$ROOT/etc/sudoers.d/operator"
