/** Shell that programs begin with which go on by themselves on a host: no connection, a folder of their own, a disk that may be full. */

/** Stands in the program's folder `$d`; what it says goes into its log, and nothing comes in. */
export const programHead = `set -u
umask 077
LC_ALL=C; export LC_ALL
PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin; export PATH
d=\${0%/*}
cd "$d" || exit 1
exec >>"$d/log" 2>&1 </dev/null
`;

/** `note FILE WORD` writes one word down so that a power cut leaves the old one or the new one; `phase WORD` the one of `state`. */
export const noteFunctions = `flush() { sync "$@" 2>/dev/null || sync; }
write_note() { printf '%s\\n' "$2" > "$1.part" && flush "$1.part" && mv "$1.part" "$1" && flush .; }
note() { # also on a full disk: into the room that was kept, at last over the note before, of which later lines may stay
  write_note "$@" || { rm -f ballast; write_note "$@"; } && return 0
  rm -f "$1.part"
  [ -s "$1" ] && printf '%s\\n' "$2" 1<> "$1" && flush "$1"
}
phase() { note state "$1"; }
`;
