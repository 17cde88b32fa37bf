/** Address ranges: checked, brought to one form, and asked whether they hold an address. */
import { appError } from '../../../domain/error.ts';
import { isCidr, isIpv4 } from '../../../text/address.ts';

interface Range {
  readonly family: 4 | 6;
  readonly base: bigint;
  readonly bits: number;
}

function parse4(text: string): bigint {
  return text.split('.').reduce((sum, part) => (sum << 8n) | BigInt(part), 0n);
}

function parse6(text: string): bigint {
  const tail = /^(.*:)(\d+\.\d+\.\d+\.\d+)$/.exec(text);
  const low = tail?.[2] === undefined ? undefined : parse4(tail[2]);
  const whole =
    low === undefined ? text : `${tail?.[1]}${(low >> 16n).toString(16)}:${(low & 0xffffn).toString(16)}`;
  const [head = '', rest] = whole.split('::');
  const left = head === '' ? [] : head.split(':');
  const right = rest === undefined || rest === '' ? [] : rest.split(':');
  const gap = rest === undefined ? 0 : 8 - left.length - right.length;
  const groups = [...left, ...Array.from({ length: gap }, () => '0'), ...right];
  return groups.reduce((sum, group) => (sum << 16n) | BigInt(Number.parseInt(group, 16)), 0n);
}

function parse(text: string): Range | undefined {
  const trimmed = text.trim();
  if (!isCidr(trimmed)) {
    return undefined;
  }
  const [address = '', bits] = trimmed.split('/');
  if (isIpv4(address)) {
    return { family: 4, base: parse4(address), bits: bits === undefined ? 32 : Number(bits) };
  }
  const base = parse6(address);
  // ::ffff:a.b.c.d is how a dual-stack socket shows an IPv4 client.
  if (base >> 32n === 0xffffn && (bits === undefined || Number(bits) >= 96)) {
    return { family: 4, base: base & 0xffffffffn, bits: bits === undefined ? 32 : Number(bits) - 96 };
  }
  return { family: 6, base, bits: bits === undefined ? 128 : Number(bits) };
}

function masked(range: Range): bigint {
  const width = range.family === 4 ? 32n : 128n;
  const host = width - BigInt(range.bits);
  return (range.base >> host) << host;
}

/** RFC 5952, section 4.2: the longest run of two or more zeros is left out, the first of equal ones. */
function shortest(groups: readonly string[]): string {
  const zeros = [...groups.join(':').matchAll(/(?<![^:])0(?::0)+(?![^:])/g)].sort(
    (left, right) => right[0].length - left[0].length || left.index - right.index,
  )[0];
  if (zeros === undefined) {
    return groups.join(':');
  }
  const text = groups.join(':');
  const [before, after] = [text.slice(0, zeros.index), text.slice(zeros.index + zeros[0].length)];
  return `${before.replace(/:$/, '')}::${after.replace(/^:/, '')}`;
}

function format(range: Range): string {
  const base = masked(range);
  const address =
    range.family === 4
      ? [24n, 16n, 8n, 0n].map((shift) => String((base >> shift) & 255n)).join('.')
      : shortest(
          Array.from({ length: 8 }, (_, index) =>
            ((base >> BigInt(112 - 16 * index)) & 0xffffn).toString(16),
          ),
        );
  const whole = range.family === 4 ? 32 : 128;
  return range.bits === whole ? address : `${address}/${range.bits}`;
}

export interface Sources {
  readonly v4: readonly string[];
  readonly v6: readonly string[];
  /** The whole address family may come in. */
  readonly any4: boolean;
  readonly any6: boolean;
}

/** Undefined when one of them is not an address or range; only what comes out of here may stand in a rule. */
export function readSources(texts: readonly string[]): Sources | undefined {
  const ranges: Range[] = [];
  for (const text of texts) {
    const range = parse(text);
    if (range === undefined) {
      return undefined;
    }
    ranges.push(range);
  }
  const some = (family: 4 | 6) =>
    [...new Set(ranges.filter((range) => range.family === family && range.bits > 0).map(format))].sort();
  return {
    v4: some(4),
    v6: some(6),
    any4: ranges.some((range) => range.family === 4 && range.bits === 0),
    any6: ranges.some((range) => range.family === 6 && range.bits === 0),
  };
}

/** Whether one of the ranges holds the address; false for what is not an address. */
export function holds(texts: readonly string[], address: string): boolean {
  const wanted = parse(address.split('%')[0] ?? '');
  return (
    wanted !== undefined &&
    texts.some((text) => {
      const range = parse(text);
      return (
        range !== undefined &&
        range.family === wanted.family &&
        range.bits <= wanted.bits &&
        masked({ ...wanted, bits: range.bits }) === masked(range)
      );
    })
  );
}

export const notAnAddress = appError(
  'INPUT_INVALID',
  'One of the sources is not an IP address or range.',
  'Correct the sources; names are not resolved.',
  { hostState: 'unchanged' },
);
