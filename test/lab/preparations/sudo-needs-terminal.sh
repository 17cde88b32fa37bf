printf 'Defaults requiretty\noperator ALL=(ALL:ALL) NOPASSWD: ALL\n' >"$ROOT/etc/sudoers.d/operator"
