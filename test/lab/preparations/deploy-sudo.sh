# The account that runs Elasticsearch may also become root.
echo 'deploy ALL=(ALL:ALL) NOPASSWD: ALL' >"$ROOT/etc/sudoers.d/deploy"
chmod 440 "$ROOT/etc/sudoers.d/deploy"
