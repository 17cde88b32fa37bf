/** Extended attributes on a lab host, past the product: the hosts have no attr tools, and Perl speaks to the kernel itself. */
const calls =
  'use POSIX; my ($set, $get, $list) = (POSIX::uname())[4] eq "x86_64" ? (188, 191, 194) : (5, 8, 11);';

/** Shell words: followed by path, name and value in hexadecimal digits. */
export const setAttribute = `perl -e '${calls} my ($p, $n, $v) = @ARGV; $v = pack("H*", $v); syscall($set, $p, $n, $v, length $v, 0) == 0 or die "$p $n: $!"'`;

/** Shell words: followed by paths; prints `path name value`. */
export const showAttributes = `perl -e '${calls} for my $p (@ARGV) { my $b = "\\0" x 4096; my $l = syscall($list, $p, $b, 4096); next if $l < 0;
  for my $n (sort split /\\0/, substr($b, 0, $l)) { my $v = "\\0" x 4096; my $s = syscall($get, $p, $n, $v, 4096);
    printf "%s %s %s\\n", $p, $n, unpack("H*", substr($v, 0, $s)) } }'`;

/** A script that gives every regular file at or below the paths a note of its own kind and a label of SELinux's. */
export const noteFiles = (paths: string) => `find ${paths} -type f -exec perl -e '${calls} for my $p (@ARGV) {
  for (["user.note", "6869"], ["security.selinux", "${label}"]) { my ($n, $h) = @$_; my $v = pack("H*", $h);
    syscall($set, $p, $n, $v, length $v, 0) == 0 or die "$p $n: $!" } }' {} +`;

/** A script that prints `path name value` of every regular file at or below the paths; what is not there is passed over. */
export const showNotes = (paths: string) =>
  `find ${paths} -type f -exec ${showAttributes} {} + 2>/dev/null | sort`;

/** ACL (version 2): owner rw, user 1000 r, group r, mask rw, others nothing. */
export const acl =
  '02000000' +
  ['01000600ffffffff', '02000400e8030000', '04000400ffffffff', '10000600ffffffff', '20000000ffffffff'].join(
    '',
  );

/** `system_u:object_r:etc_t:s0`, as SELinux keeps it; a kernel without SELinux keeps it as any other. */
export const label = '73797374656d5f753a6f626a6563745f723a6574635f743a733000';

/** cap_net_bind_service, permitted (linux/capability.h, VFS_CAP_REVISION_2). */
export const capability = `0000000200040000${'0'.repeat(24)}`;
