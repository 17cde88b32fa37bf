#!/bin/bash
# Builds one layer: an overlay over the layers below is filled by a recipe and what it wrote becomes the layer.
# Runs in mount and pid namespaces of its own (seeds also without a network), so that a kill leaves only WORKSHOP behind.
#   WORKSHOP  folder with in/ (the recipe and its inputs); receives upper/ and meta/
#   LOWER     layers below, topmost first, joined by ':'; empty for a base
set -euo pipefail
export DEBIAN_FRONTEND=noninteractive LC_ALL=C.UTF-8
export PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin

mkdir -p "$WORKSHOP"/{upper,work,root,meta}
export IN=$WORKSHOP/in OUT=$WORKSHOP/meta

if [ -z "$LOWER" ]; then
  export ROOT=$WORKSHOP/upper
  bash -euo pipefail "$IN/recipe.sh"
  exit
fi

export ROOT=$WORKSHOP/root
ip link set lo up 2>/dev/null || true
mount -t overlay overlay -o "lowerdir=$LOWER,upperdir=$WORKSHOP/upper,workdir=$WORKSHOP/work" "$ROOT"
mount -t proc proc "$ROOT/proc"
mount --rbind /dev "$ROOT/dev"
mount -t tmpfs -o mode=1777 tmpfs "$ROOT/tmp"
mount -t tmpfs -o mode=755 tmpfs "$ROOT/run"
mkdir "$ROOT/tmp/in" "$ROOT/tmp/out"
mount --bind "$IN" "$ROOT/tmp/in"
mount --bind "$OUT" "$ROOT/tmp/out"
printf '#!/bin/sh\nexit 101\n' >"$ROOT/usr/sbin/policy-rc.d"
chmod 755 "$ROOT/usr/sbin/policy-rc.d"
cat /etc/resolv.conf >"$ROOT/etc/resolv.conf" 2>/dev/null || true

bash -euo pipefail "$IN/recipe.sh"

rm -f "$ROOT/usr/sbin/policy-rc.d" "$ROOT/etc/resolv.conf"
umount -R "$ROOT/tmp" "$ROOT/run" "$ROOT/dev" "$ROOT/proc"
umount "$ROOT"
