# The init of a container that shares the outer kernel: no consoles to log in at, and file systems, modules, clock and network
# are not its own. What its shutdown would make read-only could be the outer machine's.
sed -i -E 's/^[1-6]:.*getty/#&/' "$ROOT/etc/inittab"
for script in checkroot.sh checkfs.sh mountkernfs.sh mountdevsubfs.sh mount-configfs mountall.sh mountnfs.sh \
  umountfs umountnfs.sh umountroot hwclock.sh kmod brightness urandom; do
  [ ! -e "$ROOT/etc/init.d/$script" ] || sed -i '/^### END INIT INFO/a exit 0' "$ROOT/etc/init.d/$script"
done
sed -i 's/^NETDOWN=.*/NETDOWN=no/' "$ROOT/etc/default/halt"
# An unpacked Elasticsearch is started as administrators do it without systemd.
home=/$(cd "$ROOT" && echo opt/elasticsearch-*)
if [ -d "$ROOT$home" ]; then
  rm -f "$ROOT"/etc/systemd/system/elasticsearch.service "$ROOT"/etc/systemd/system/*.wants/elasticsearch.service
  cat >"$ROOT/etc/init.d/elasticsearch" <<END
#!/bin/sh
### BEGIN INIT INFO
# Provides:          elasticsearch
# Required-Start:    \$local_fs \$network
# Required-Stop:     \$local_fs \$network
# Default-Start:     2 3 4 5
# Default-Stop:      0 1 6
# Short-Description: Elasticsearch
### END INIT INFO
pid=/home/deploy/elasticsearch.pid
case \$1 in
  start) start-stop-daemon --start --oknodo --background --pidfile \$pid --chuid deploy --chdir / \\
    --startas $home/bin/elasticsearch -- -p \$pid ;;
  stop) start-stop-daemon --stop --oknodo --retry 60 --pidfile \$pid ;;
  restart | force-reload) "\$0" stop && "\$0" start ;;
  *) exit 3 ;;
esac
END
  chmod 755 "$ROOT/etc/init.d/elasticsearch"
  chroot "$ROOT" update-rc.d elasticsearch defaults
fi
