# A minimal Debian with its own init, sshd, sudo and nftables. RELEASE, SOURCES (lines), PACKAGES from the catalogue.
printf '%s\n' "$SOURCES" >"$IN/sources.list"
mmdebstrap --mode=root --variant=minbase --quiet --include="$PACKAGES" \
  --dpkgopt='path-exclude=/usr/share/doc/*' --dpkgopt='path-exclude=/usr/share/man/*' \
  --dpkgopt='path-exclude=/usr/share/locale/*' --dpkgopt='path-exclude=/usr/share/info/*' \
  "$RELEASE" "$ROOT" "$IN/sources.list"
rm -f "$ROOT"/etc/ssh/ssh_host_* "$ROOT/etc/resolv.conf" "$ROOT/etc/hostname"
: >"$ROOT/etc/machine-id"
