# Elasticsearch unpacked into /opt, as from the vendor's archive. VERSION, JAVA from the catalogue.
home=/opt/elasticsearch-$VERSION
mkdir -p "$ROOT/opt"
unzip -q "$IN/elasticsearch-$VERSION.zip" -d "$ROOT/opt"
rm -f "$ROOT$home"/bin/*.bat "$ROOT$home"/bin/*.exe
mkdir -p "$ROOT$home/plugins" "$ROOT$home/logs"
ln -s "/usr/lib/jvm/java-$JAVA-openjdk-$(chroot "$ROOT" dpkg --print-architecture)" "$ROOT$home/jdk"
source "$IN/plugin.sh"
build_plugin "$home"
chroot "$ROOT" chown -R deploy:deploy "$home"
