# Elasticsearch laid out as the vendor's Debian package lays it out, installed by dpkg. VERSION, JAVA from the catalogue.
home=/usr/share/elasticsearch
arch=$(chroot "$ROOT" dpkg --print-architecture)
tree=$ROOT/tmp/package
mkdir -p "$tree"/{DEBIAN,usr/share,etc/default,var/lib/elasticsearch,var/log/elasticsearch} \
  "$tree"/usr/lib/{systemd/system,tmpfiles.d,sysctl.d}

unzip -q "$IN/elasticsearch-$VERSION.zip" -d "$tree/usr/share"
mv "$tree/usr/share/elasticsearch-$VERSION" "$tree$home"
rm -rf "$tree$home"/bin/*.bat "$tree$home"/bin/*.exe "$tree$home/logs"
mv "$tree$home/config" "$tree/etc/elasticsearch"
mkdir -p "$tree$home/plugins" "$tree/etc/elasticsearch/jvm.options.d"
ln -s "/usr/lib/jvm/java-$JAVA-openjdk-$arch" "$tree$home/jdk"

sed -i -e 's|^if \[ -z "$ES_PATH_CONF" \]; then ES_PATH_CONF=.*|source /etc/default/elasticsearch|' \
  -e 's|^ES_DISTRIBUTION_TYPE=zip|ES_DISTRIBUTION_TYPE=deb|' "$tree$home/bin/elasticsearch-env"
sed -i -e 's|^#path.data:.*|path.data: /var/lib/elasticsearch|' \
  -e 's|^#path.logs:.*|path.logs: /var/log/elasticsearch|' "$tree/etc/elasticsearch/elasticsearch.yml"
sed -i -e 's|^-XX:+HeapDumpOnOutOfMemoryError|&\n\n-XX:HeapDumpPath=/var/lib/elasticsearch|' \
  -e 's|ErrorFile=hs_err|ErrorFile=/var/log/elasticsearch/hs_err|' \
  -e 's|file=gc.log|file=/var/log/elasticsearch/gc.log|' "$tree/etc/elasticsearch/jvm.options"
printf '# Elasticsearch configuration directory\nES_PATH_CONF=/etc/elasticsearch\n' >"$tree/etc/default/elasticsearch"
echo 'vm.max_map_count=262144' >"$tree/usr/lib/sysctl.d/elasticsearch.conf"
echo 'd /var/run/elasticsearch 0755 elasticsearch elasticsearch - -' >"$tree/usr/lib/tmpfiles.d/elasticsearch.conf"
cp "$IN/elasticsearch.service" "$tree/usr/lib/systemd/system/elasticsearch.service"
cp "$IN/systemd-entrypoint.sh" "$tree$home/bin/systemd-entrypoint"

find "$tree$home" -type d -exec chmod 755 {} +
find "$tree$home" -type f -exec chmod 644 {} +
chmod 755 "$tree$home"/bin/*

cat >"$tree/DEBIAN/control" <<END
Package: elasticsearch
Version: $VERSION
Architecture: $arch
Maintainer: The lab <lab@localhost>
Section: web
Priority: optional
Depends: bash, openjdk-$JAVA-jre-headless
Description: Elasticsearch as the vendor's package lays it out
END
(cd "$tree" && find etc -type f | sed 's|^|/|') >"$tree/DEBIAN/conffiles"
cat >"$tree/DEBIAN/preinst" <<'END'
#!/bin/sh
set -e
getent group elasticsearch >/dev/null || groupadd --system --gid 980 elasticsearch
id elasticsearch >/dev/null 2>&1 || useradd --system --uid 980 --gid elasticsearch --no-create-home \
  --home-dir /nonexistent --shell /bin/false elasticsearch
END
cat >"$tree/DEBIAN/postinst" <<'END'
#!/bin/sh
set -e
chown -R root:elasticsearch /etc/elasticsearch /etc/default/elasticsearch
find /etc/elasticsearch -type d -exec chmod 2750 {} +
find /etc/elasticsearch -type f -exec chmod 660 {} +
chmod 660 /etc/default/elasticsearch
chown elasticsearch:elasticsearch /var/lib/elasticsearch /var/log/elasticsearch
chmod 2750 /var/lib/elasticsearch /var/log/elasticsearch
END
chmod 755 "$tree"/DEBIAN/p*inst
dpkg-deb --root-owner-group -Znone --build "$tree" "$ROOT/tmp/elasticsearch.deb" >/dev/null
chroot "$ROOT" dpkg --install /tmp/elasticsearch.deb >/dev/null
rm -f "$ROOT/var/log/dpkg.log"

source "$IN/plugin.sh"
build_plugin "$home"
