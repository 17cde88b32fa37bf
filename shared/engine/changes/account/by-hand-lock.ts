/**
 * Shell functions that keep `passwd`, `useradd`, `vipw` and the like out while lines of the account files are put back by hand.
 * Two locks exist, and those programs take both: glibc's lckpwdf(3), a POSIX lock on /etc/.pwd.lock that no shell can take and
 * that Perl or Python holds here where the host has one, and a file `.lock` beside each account file with the number of the
 * process that holds it (shadow-utils, lib/commonio.c).
 */
export const lockFunctions = `
# Runs this script again under lckpwdf; 99 where nothing on the host can take it. The lock goes with the process that took it.
under_lock() {
  set -- "$e/.pwd.lock" sh "$0" "$mode" "$s"
  BULWARK_ACCOUNTS=locked; export BULWARK_ACCOUNTS
  if perl -MFcntl -MConfig -e 'exit($Config{ptrsize} == 8 ? 0 : 1)' 2>/dev/null; then
    perl -MFcntl -e 'open(my $f, ">>", shift) or exit 98; $SIG{ALRM} = sub { exit 98 }; alarm 15;
my $l = pack("s s x4 q q l x4", F_WRLCK, 0, 0, 0, 0); fcntl($f, F_SETLKW, $l) or exit 98; alarm 0;
my $r = system(@ARGV); exit($r == -1 ? 98 : $r & 127 ? 1 : $r >> 8);' "$@"
    return
  fi
  for python in python3 /usr/libexec/platform-python; do
    "$python" -c 'import fcntl, subprocess' 2>/dev/null || continue
    "$python" -c 'import fcntl, os, signal, subprocess, sys
f = os.open(sys.argv[1], os.O_WRONLY | os.O_CREAT, 0o600)
signal.signal(signal.SIGALRM, lambda *_: os._exit(98))
signal.alarm(15)
fcntl.lockf(f, fcntl.LOCK_EX)
signal.alarm(0)
sys.exit(min(subprocess.call(sys.argv[2:]) % 256, 255))' "$@"
    return
  done
  return 99
}
held=
unlock() { for f in $held; do rm -f "$e/$f.lock"; done; held=; }
# A file whose process is gone was left behind, and is removed as shadow-utils does.
lock() {
  trap unlock EXIT
  trap 'exit 130' INT TERM HUP
  for f in passwd shadow group gshadow; do
    tries=0
    printf '%s' $$ > "$e/$f.$$" || { rm -f "$e/$f.$$"; return 1; }
    until ln "$e/$f.$$" "$e/$f.lock" 2>/dev/null; do
      pid=$(tr -cd 0-9 < "$e/$f.lock" 2>/dev/null | head -c 9)
      if [ -n "$pid" ] && ! kill -0 "$pid" 2>/dev/null; then rm -f "$e/$f.lock"; fi
      tries=$((tries + 1))
      [ $tries -lt 15 ] || { rm -f "$e/$f.$$"; echo "another program holds /etc/$f.lock (process \${pid:-unknown})"; return 1; }
      sleep 1
    done
    rm -f "$e/$f.$$"
    held="$held $f"
  done
}
if [ "$mode" = undo ]; then
  if [ "\${BULWARK_ACCOUNTS:-}" != locked ]; then
    under_lock; rc=$?
    [ $rc -ne 98 ] || echo "another program (passwd, useradd) holds the lock of the account files"
    [ $rc -eq 99 ] || exit $rc
  fi
  lock || exit 1
fi
`;
