echo 'MaxSessions 1' >"$ROOT/etc/ssh/sshd_config.d/sessions.conf"
