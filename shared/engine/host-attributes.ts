/**
 * Extended attributes of files: SELinux label, file capabilities, ACLs, `user.*` (xattr(7)). GNU `cp` carries them from the old
 * file to the new one, but the kernel takes capabilities away with every write and every change of owner (capabilities(7)),
 * and a program that makes its file anew forgets all of them. They are therefore part of before-images. Read and set by
 * attr(1)'s tools or by Perl, which speaks to the kernel itself; where neither is there, nothing is known.
 */

/** `name=hex,` for each attribute. */
const line = /^(?:[A-Za-z0-9._-]+=[0-9a-f]*,)*$/;

/** The list travels as an argument, and the owner of a file sets as many `user.*` as the file system takes. */
export const maxListBytes = 16_384;

/** What the host printed, when it is a list of attributes, not empty, and at most 16 KiB; a longer one is not kept. */
export function parseAttributes(text: string): string | undefined {
  return text !== '' && text.length <= maxListBytes && line.test(text) ? text : undefined;
}

const numbers = 'my %n = (x86_64 => [195, 192, 189], aarch64 => [12, 9, 6]);';

/**
 * Shell functions. `attributes FILE` prints one line `name=hex,…`; `set_attributes FILE LIST` sets them on the file itself, never
 * through a link, and ends with 55 when capabilities, label, ACLs or `user.*` do not read back. What belongs to the content (IMA,
 * EVM) is left to the kernel, and what file systems make up themselves (`system.nfs4_acl`, `trusted.*`) may come out otherwise.
 */
export const attributeFunctions = `
attr_tools() { getfattr --version >/dev/null 2>&1 && setfattr --version >/dev/null 2>&1; }
attributes() {
  if attr_tools; then
    getfattr -h -d -m - -e hex --absolute-names -- "$1" 2>/dev/null | sed -n 's/^\\([A-Za-z0-9._-]*\\)=0x/\\1=/p'
  elif command -v perl >/dev/null 2>&1; then
    perl -e '${numbers} my ($m, $p) = @ARGV; my $c = $n{$m} or exit; my $b = "\\0" x 65536; my $l = syscall($c->[0], $p, $b, 65536);
      exit if $l <= 0; for my $k (split /\\0/, substr($b, 0, $l)) { my $v = "\\0" x 65536; my $s = syscall($c->[1], $p, $k, $v, 65536);
      print "$k=", unpack("H*", substr($v, 0, $s)), "\\n" if $s >= 0 && $k =~ /^[A-Za-z0-9._-]+$/ }' "$(uname -m)" "$1" 2>/dev/null
  fi | grep -v '^security[.][ie][mv][am]=' | sort | tr '\\n' ','
}
set_attributes() {
  [ -n "$2" ] || return 0
  attr_has=,$(attributes "$1")
  for attr_one in $(printf '%s' "$2" | tr ',' ' '); do
    case $attr_has in *",$attr_one,"*) continue ;; esac
    if attr_tools; then setfattr -h -n "\${attr_one%%=*}" -v "0x\${attr_one#*=}" -- "$1" 2>/dev/null
    elif command -v perl >/dev/null 2>&1; then
      perl -e '${numbers} my ($m, $p, $k, $v) = @ARGV; my $c = $n{$m} or exit 1; $v = pack("H*", $v);
        exit(syscall($c->[2], $p, $k, $v, length $v, 0) == 0 ? 0 : 1)' "$(uname -m)" "$1" "\${attr_one%%=*}" "\${attr_one#*=}" 2>/dev/null
    fi
  done
  attr_has=,$(attributes "$1")
  for attr_one in $(printf '%s' "$2" | tr ',' ' '); do
    case $attr_one in security.* | user.* | system.posix_acl_*) ;; *) continue ;; esac
    case $attr_has in *",$attr_one,"*) ;; *) return 55 ;; esac
  done
}
capability_of() { attributes "$1" | tr ',' '\\n' | sed -n 's/^security[.]capability=.*/&,/p'; }
`;

/**
 * For many files in one folder, in a script of its own: `sh FILE get|put LIST name…` keeps the capabilities of the named files
 * in a list and gives them back after a change of owner; `put` fails when one could not be given back. Names have no folder in
 * front.
 */
export const keepCapabilities = `act=$1; list=$2; shift 2
if getfattr --version >/dev/null 2>&1 && setfattr --version >/dev/null 2>&1; then
  case $act in
    get) getfattr -h -d -m '^security[.]capability$' -e hex -- "$@" > "$list" 2>/dev/null ;;
    put) [ ! -s "$list" ] || setfattr -h --restore="$list" ;;
  esac
elif command -v perl >/dev/null 2>&1; then
  perl -e '${numbers} my ($m, $act, $list, @names) = @ARGV; my $c = $n{$m} or exit; my $k = "security.capability";
    if ($act eq "get") {
      open my $o, ">", $list or exit 1;
      for my $f (@names) { my $v = "\\0" x 64; my $s = syscall($c->[1], $f, $k, $v, 64);
        print $o unpack("H*", substr($v, 0, $s)), " $f\\0" if $s > 0 }
    } else {
      open my $i, "<", $list or exit 0; local $/ = "\\0"; my $bad = 0;
      while (my $r = <$i>) { chomp $r; my ($h, $f) = $r =~ /^([0-9a-f]+) (.*)$/s or next; my $v = pack("H*", $h);
        $bad = 1 if syscall($c->[2], $f, $k, $v, length $v, 0) != 0 && lstat $f }
      exit $bad;
    }' "$(uname -m)" "$act" "$list" "$@"
fi
s=$?
[ "$act" = put ] || s=0
exit $s
`;
