/** What `stat` says about one path, printed alike by GNU and BusyBox. */

export interface HostFileStat {
  readonly type: 'file' | 'directory' | 'symlink' | 'other';
  readonly owner: string;
  readonly group: string;
  readonly uid: number;
  readonly gid: number;
  /** Four octal digits, e.g. `2750`. */
  readonly mode: string;
  readonly size: number;
  readonly links: number;
}

/** `%f %u %g %U %G %s %h` of `stat -c`, which GNU and BusyBox print alike. */
export const statFormat = '%f %u %g %U %G %s %h';

const types: Readonly<Record<number, HostFileStat['type']>> = {
  0o100000: 'file',
  0o040000: 'directory',
  0o120000: 'symlink',
};

/** Reads the fields of `statFormat`; undefined when they are not that. */
export function parseStat(line: string): HostFileStat | undefined {
  const fields = line.trim().split(' ');
  const [raw, uid, gid, owner, group, size, links] = fields;
  if (raw === undefined || links === undefined || owner === undefined || group === undefined) {
    return undefined;
  }
  const bits = Number.parseInt(raw, 16);
  return {
    type: types[bits & 0o170000] ?? 'other',
    owner: owner === 'UNKNOWN' ? String(uid) : owner,
    group: group === 'UNKNOWN' ? String(gid) : group,
    uid: Number(uid),
    gid: Number(gid),
    mode: (bits & 0o7777).toString(8).padStart(4, '0'),
    size: Number(size),
    links: Number(links),
  };
}
