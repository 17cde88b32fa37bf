#!/bin/bash
# Runs the scripts that the lab puts into the shared folder: NAME.sh with NAME.in as input; answers NAME.out, NAME.err, NAME.rc.
cd /run/lab || exit 1
while :; do
  for job in *.sh; do
    [ -e "$job" ] || continue
    id=${job%.sh}
    mv "$job" "$id.taken"
    (
      env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LC_ALL=C.UTF-8 \
        bash "$id.taken" <"$id.in" >"$id.out" 2>"$id.err"
      echo $? >"$id.code"
      mv "$id.code" "$id.rc"
    ) &
  done
  sleep 0.1
done
