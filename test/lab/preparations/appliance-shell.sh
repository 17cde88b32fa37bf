# A login program that is no shell: it answers whatever is asked with its menu, as network appliances do.
cat >"$ROOT/usr/local/bin/appliance" <<'END'
#!/bin/sh
echo 'Appliance console. Commands: show, set, exit'
echo '% Unknown command'
END
chmod 755 "$ROOT/usr/local/bin/appliance"
echo /usr/local/bin/appliance >>"$ROOT/etc/shells"
chroot "$ROOT" usermod --shell /usr/local/bin/appliance operator
