/** A block device of a host on which data could be put, and what stands against it. */

export const deviceObstacles = [
  'system',
  'read-only',
  'mounted',
  'built-on',
  'swap',
  'table',
  'partitions',
  'signature',
  'raw-data',
  'name',
  'unread',
  'too-small',
] as const;

export interface DeviceObstacle {
  readonly reason: (typeof deviceObstacles)[number];
  /** What exactly, e.g. the mount point, the file system's name; printable characters only. May be empty. */
  readonly detail: string;
}

export interface BlockDeviceFact {
  /** E.g. `/dev/sdb`, `/dev/mapper/vg-data`. */
  readonly path: string;
  readonly bytes: number;
  /** What the device says of itself: printable characters, at most 48 of them. Never believed, only shown. */
  readonly model: string;
  /** Undefined when nothing is on it and nothing uses it. */
  readonly obstacle?: DeviceObstacle | undefined;
}

export interface BlockDevicesFact {
  readonly devices: readonly BlockDeviceFact[];
  /** How many more there are than are listed. */
  readonly omitted: number;
  /** Bytes that a data directory takes, where that could be told quickly. */
  readonly used: readonly { readonly path: string; readonly bytes: number }[];
}

const mebibyte = 1_048_576;

/** Room on the device: the data and a third more, because Elasticsearch stops filling a disk at 85 %, and the volume's own. */
export function neededBytes(usedBytes: number): number {
  return Math.ceil(usedBytes * 1.3) + 256 * mebibyte;
}

/** In TiB or GiB with one decimal, below one GiB in whole MiB. */
export function inWords(bytes: number): string {
  const gibibytes = bytes / (1024 * mebibyte);
  if (gibibytes >= 1024) return `${(gibibytes / 1024).toFixed(1)} TiB`;
  return gibibytes >= 1 ? `${gibibytes.toFixed(1)} GiB` : `${Math.ceil(bytes / mebibyte)} MiB`;
}

/** Reason `too-small`, or undefined when the data fits with room to work. */
export function tooSmall(bytes: number, usedBytes: number): DeviceObstacle | undefined {
  const needed = neededBytes(usedBytes);
  return bytes >= needed
    ? undefined
    : {
        reason: 'too-small',
        detail: `it has ${inWords(bytes)}, and ${inWords(usedBytes)} of data need ${inWords(needed)} with room to work`,
      };
}

/** The end of a sentence that begins with the device's name: `/dev/sdb is …`. No full stop. */
export function obstacleWords({ reason, detail }: DeviceObstacle): string {
  switch (reason) {
    case 'system':
      return 'on the disk of the running system';
    case 'read-only':
      return 'read-only';
    case 'mounted':
      return `in use: it is mounted on ${detail}`;
    case 'built-on':
      return `in use: ${detail} ${detail.includes(', ') ? 'are' : 'is'} built on it`;
    case 'swap':
      return 'in use: it is swap space';
    case 'table':
      return `in use: ${detail} names it`;
    case 'partitions':
      return `not empty: it has partitions (${detail})`;
    case 'signature':
      return `not empty: it holds ${detail}`;
    case 'raw-data':
      return 'not empty: its beginning holds data without a known signature';
    case 'name':
      return 'named with characters that fstab and crypttab cannot carry';
    case 'unread':
      return `not known to be empty: ${detail}`;
    case 'too-small':
      return `too small: ${detail}`;
  }
}
