/** `/proc/net/tcp` and `tcp6`: sockets that listen. */
export interface ListeningSocket {
  /** Dotted or colon notation; `0.0.0.0` and `::` mean every address. */
  readonly address: string;
  readonly port: number;
  readonly inode: string;
}

/** @param text both files after one another, headings included; lines of other states are ignored */
export function parseListeningSockets(text: string): readonly ListeningSocket[] {
  const sockets: ListeningSocket[] = [];
  for (const line of text.split('\n')) {
    const match = /^\s*\d+: ([0-9A-F]{8}|[0-9A-F]{32}):([0-9A-F]{4}) [0-9A-F]+:[0-9A-F]{4} 0A /i.exec(line);
    if (!match) continue;
    const address = decodeAddress(match[1] ?? '');
    const inode = line.trim().split(/\s+/)[9] ?? '';
    sockets.push({ address, port: Number.parseInt(match[2] ?? '', 16), inode });
  }
  return sockets;
}

/** Words of 32 bits in the machine's byte order; all machines that Elasticsearch runs on are little-endian. */
function decodeAddress(hex: string): string {
  const bytes: number[] = [];
  for (let word = 0; word < hex.length; word += 8)
    for (let byte = 6; byte >= 0; byte -= 2)
      bytes.push(Number.parseInt(hex.slice(word + byte, word + byte + 2), 16));
  if (bytes.length === 4) return bytes.join('.');
  const mapped = bytes.slice(0, 10).every((byte) => byte === 0) && bytes[10] === 0xff && bytes[11] === 0xff;
  if (mapped) return bytes.slice(12).join('.');
  const groups = Array.from({ length: 8 }, (_, index) =>
    (((bytes[index * 2] ?? 0) << 8) | (bytes[index * 2 + 1] ?? 0)).toString(16),
  );
  return shorten(groups);
}

function shorten(groups: readonly string[]): string {
  let best = { start: -1, length: 1 };
  for (let start = 0; start < groups.length; start++) {
    let length = 0;
    while (groups[start + length] === '0') length++;
    if (length > best.length) best = { start, length };
  }
  if (best.start < 0) return groups.join(':');
  return `${groups.slice(0, best.start).join(':')}::${groups.slice(best.start + best.length).join(':')}`;
}
