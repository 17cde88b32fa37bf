/** How much of the network a list of source addresses covers. */
import { isIpv4, isIpv6 } from './address.ts';

export interface AddressRange {
  readonly family: 4 | 6;
  readonly first: bigint;
  readonly last: bigint;
}

/** An address, a prefix (`10.0.0.0/8`) or two ends (`10.0.0.1-10.0.0.9`); `undefined` for anything else. */
export function parseRange(text: string): AddressRange | undefined {
  const [from = '', to, more] = text.split('-');
  if (to !== undefined) {
    const low = numberOf(from);
    const high = numberOf(to);
    return more === undefined && low && high && low.family === high.family && low.value <= high.value
      ? { family: low.family, first: low.value, last: high.value }
      : undefined;
  }
  const [address = '', bits, rest] = text.split('/');
  const at = numberOf(address);
  if (!at || rest !== undefined || (bits !== undefined && !/^\d{1,3}$/.test(bits))) return undefined;
  const width = at.family === 4 ? 32 : 128;
  const length = bits === undefined ? width : Number(bits);
  if (length > width) return undefined;
  const size = 1n << BigInt(width - length);
  const first = (at.value / size) * size;
  return { family: at.family, first, last: first + size - 1n };
}

function numberOf(text: string): { readonly family: 4 | 6; readonly value: bigint } | undefined {
  if (isIpv4(text)) return { family: 4, value: joined(text.split('.').map(Number), 8n) };
  if (!isIpv6(text)) return undefined;
  const tail = /^(.*:)(\d+\.\d+\.\d+\.\d+)$/.exec(text);
  const [a = 0, b = 0, c = 0, d = 0] = (tail?.[2] ?? '').split('.').map(Number);
  const whole = tail ? `${tail[1]}${((a << 8) | b).toString(16)}:${((c << 8) | d).toString(16)}` : text;
  const [head = '', rest] = whole.split('::');
  const groups = (half: string) =>
    half === '' ? [] : half.split(':').map((one) => Number.parseInt(one, 16));
  const left = groups(head);
  const right = groups(rest ?? '');
  const zeros = Array.from({ length: 8 - left.length - right.length }, () => 0);
  return { family: 6, value: joined([...left, ...zeros, ...right], 16n) };
}

function joined(parts: readonly number[], bits: bigint): bigint {
  return parts.reduce((sum, part) => (sum << bits) | BigInt(part), 0n);
}

/** Sorted, overlapping and adjoining ranges made one. */
function merged(ranges: readonly AddressRange[]): readonly AddressRange[] {
  const result: AddressRange[] = [];
  for (const range of [...ranges].sort((a, b) => (a.first < b.first ? -1 : a.first > b.first ? 1 : 0))) {
    const before = result.at(-1);
    if (before && range.first <= before.last + 1n)
      result[result.length - 1] = { ...before, last: before.last > range.last ? before.last : range.last };
    else result.push(range);
  }
  return result;
}

/**
 * Nobody calls more than this a restriction: in one piece a /8 of IPv4 or a /16 of IPv6, together four of them. The private
 * ranges of IPv6 (RFC 4193, RFC 4291) are wider and do not count.
 */
const most = { 4: 1n << 24n, 6: 1n << 112n } as const;
const pieces = 4n;
const privateRanges = ['fc00::/7', 'fe80::/10'].flatMap((text) => parseRange(text) ?? []);

export type Coverage = 'restricted' | 'wide' | 'unreadable';

/** Judges a list of sources; one that cannot be read makes it `unreadable` unless the rest is too wide anyway. */
export function coverageOf(sources: readonly string[]): Coverage {
  const ranges = sources.map(parseRange);
  const known = ranges
    .filter((range) => range !== undefined)
    .filter(
      (range) =>
        !privateRanges.some(
          (own) => own.family === range.family && own.first <= range.first && range.last <= own.last,
        ),
    );
  for (const family of [4, 6] as const) {
    const sizes = merged(known.filter((range) => range.family === family)).map(
      (range) => range.last - range.first + 1n,
    );
    const all = sizes.reduce((sum, size) => sum + size, 0n);
    if (sizes.some((size) => size > most[family]) || all > pieces * most[family]) return 'wide';
  }
  return ranges.includes(undefined) ? 'unreadable' : 'restricted';
}
