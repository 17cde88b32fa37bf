# The user-mode-linux kernel: a Linux that runs as a process. SOURCES (one line, Debian unstable) from the catalogue: the
# kernels of the stable releases stop at once on processors with AMX registers.
apt=$WORKSHOP/apt
mkdir -p "$apt"/{lists/partial,cache/archives/partial,package}
chmod -R 755 "$apt"
printf '%s\n' "$SOURCES" >"$apt/sources.list"
options=(-qq -o "Dir::Etc::SourceList=$apt/sources.list" -o Dir::Etc::SourceParts=/dev/null
  -o "Dir::State::Lists=$apt/lists" -o "Dir::Cache=$apt/cache" -o APT::Sandbox::User=root)
apt-get "${options[@]}" update
(cd "$apt" && apt-get "${options[@]}" download user-mode-linux)
dpkg -x "$apt"/user-mode-linux_*.deb "$apt/package"
cp "$apt/package/usr/bin/linux.uml" "$ROOT/linux.uml"
cp -r "$apt/package/usr/lib/uml/modules" "$ROOT/modules"
rm -rf "$ROOT"/modules/*/kernel/sound "$ROOT"/modules/*/kernel/drivers/media "$apt"
