/** IP addresses and CIDR ranges as text. Names are not resolved. */
const octet = '(?:25[0-5]|2[0-4]\\d|1?\\d?\\d)';
const ipv4 = new RegExp(`^${octet}(?:\\.${octet}){3}$`);

export function isIpv4(text: string): boolean {
  return ipv4.test(text);
}

/** Without zone and without brackets. */
export function isIpv6(text: string): boolean {
  if (!/^[0-9a-fA-F:.]+$/.test(text) || !text.includes(':')) return false;
  const tail = /^(.*:)(\d+\.\d+\.\d+\.\d+)$/.exec(text);
  if (tail && !isIpv4(tail[2] ?? '')) return false;
  const whole = tail ? `${tail[1]}0:0` : text;
  const halves = whole.split('::');
  if (halves.length > 2) return false;
  const groups = halves.flatMap((half) => (half === '' ? [] : half.split(':')));
  if (!groups.every((group) => /^[0-9a-fA-F]{1,4}$/.test(group))) return false;
  return halves.length === 2 ? groups.length <= 7 : groups.length === 8;
}

/** An address or a range, e.g. `10.0.0.0/8`, `2001:db8::/32`. */
export function isCidr(text: string): boolean {
  const [address = '', bits, more] = text.split('/');
  if (more !== undefined) return false;
  const most = isIpv4(address) ? 32 : isIpv6(address) ? 128 : -1;
  if (most < 0) return false;
  return bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= most);
}

/** The range that holds this address alone. */
export function asRange(address: string): string {
  if (address.includes('/')) return address;
  return isIpv4(address) ? `${address}/32` : `${address}/128`;
}

export type Reach = 'loopback' | 'every' | 'private' | 'public';

/** Who could reach a socket bound to this address if nothing stood in between. */
export function reachOf(address: string): Reach {
  const text = (address.split('%')[0] ?? '').toLowerCase();
  if (text === '0.0.0.0' || text === '::' || text === '*') return 'every';
  if (text === '::1' || text.startsWith('127.')) return 'loopback';
  if (isIpv4(text)) {
    const [a = 0, b = 0] = text.split('.').map(Number);
    const closed =
      a === 10 ||
      (a === 172 && b >= 16 && b <= 31) ||
      (a === 192 && b === 168) ||
      (a === 169 && b === 254) ||
      (a === 100 && b >= 64 && b <= 127);
    return closed ? 'private' : 'public';
  }
  return /^(?:f[cd]|fe[89ab])/.test(text) ? 'private' : 'public';
}
