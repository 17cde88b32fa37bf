/**
 * Reads DER (X.690) strictly: definite lengths in their shortest form, nothing left over. Input is hostile; whatever is not
 * exactly as the standard has it throws `NotDer`, which readers of whole structures catch.
 */

export class NotDer extends Error {}

export interface Element {
  /** Class, constructed bit and number in one byte; longer tags are refused. */
  readonly tag: number;
  readonly content: Uint8Array;
  /** Tag, length and content. */
  readonly whole: Uint8Array;
}

export const tags = {
  boolean: 0x01,
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  oid: 0x06,
  utcTime: 0x17,
  generalizedTime: 0x18,
  sequence: 0x30,
  set: 0x31,
} as const;

function elementAt(bytes: Uint8Array, at: number): Element {
  const tag = bytes[at];
  const first = bytes[at + 1];
  if (tag === undefined || first === undefined || (tag & 0x1f) === 0x1f) throw new NotDer();
  let length = first;
  let from = at + 2;
  if (first >= 0x80) {
    const count = first & 0x7f;
    if (count === 0 || count > 3 || bytes[from] === 0) throw new NotDer();
    length = 0;
    for (const end = from + count; from < end; from += 1) length = length * 256 + (bytes[from] ?? Number.NaN);
    if (Number.isNaN(length) || length < 0x80) throw new NotDer();
  }
  if (from + length > bytes.length) throw new NotDer();
  return {
    tag,
    content: bytes.subarray(from, from + length),
    whole: bytes.subarray(at, from + length),
  };
}

/** All elements that these bytes are, one after the other; at most 4096. */
export function elementsOf(bytes: Uint8Array): readonly Element[] {
  const found: Element[] = [];
  for (let at = 0; at < bytes.length; ) {
    const element = elementAt(bytes, at);
    if (found.push(element) > 4096) throw new NotDer();
    at += element.whole.length;
  }
  return found;
}

/** The only element that these bytes are. */
export function soleElement(bytes: Uint8Array, tag: number): Element {
  return expectTag(elementsOf(bytes)[0], tag, bytes.length);
}

/** @param length of the element as a whole, where it is known */
export function expectTag(element: Element | undefined, tag: number, length?: number): Element {
  if (element?.tag !== tag || (length !== undefined && element.whole.length !== length)) throw new NotDer();
  return element;
}

/** `1.2.840.…`; at most 30 arcs. */
export function readOid(element: Element | undefined): string {
  const { content } = expectTag(element, tags.oid);
  const arcs: number[] = [];
  let arc = 0;
  for (const [index, byte] of content.entries()) {
    if (arc === 0 && byte === 0x80) throw new NotDer();
    arc = arc * 128 + (byte & 0x7f);
    if (arc > Number.MAX_SAFE_INTEGER / 128) throw new NotDer();
    if (byte >= 0x80) {
      if (index === content.length - 1) throw new NotDer();
      continue;
    }
    if (arcs.length === 0) {
      const top = Math.min(2, Math.floor(arc / 40));
      arcs.push(top, arc - 40 * top);
    } else arcs.push(arc);
    if (arcs.length > 30) throw new NotDer();
    arc = 0;
  }
  if (arcs.length === 0) throw new NotDer();
  return arcs.join('.');
}

/** Bytes of a bit string without unused bits. */
export function readBits(element: Element | undefined): Uint8Array {
  const { content } = expectTag(element, tags.bitString);
  if (content[0] !== 0) throw new NotDer();
  return content.subarray(1);
}

const twoDigits = (text: string, at: number) => Number(text.slice(at, at + 2));

/** Milliseconds since 1970, of the two forms that RFC 5280 (4.1.2.5) allows; a day that no calendar has is refused. */
export function readTime(element: Element | undefined): number {
  const text = String.fromCharCode(...(element?.content.subarray(0, 20) ?? []));
  const short = element?.tag === tags.utcTime;
  if (!short && element?.tag !== tags.generalizedTime) throw new NotDer();
  if (!(short ? /^\d{12}Z$/ : /^\d{14}Z$/).test(text)) throw new NotDer();
  const of = short ? 2 : 4;
  const year = short
    ? twoDigits(text, 0) + (twoDigits(text, 0) < 50 ? 2000 : 1900)
    : Number(text.slice(0, 4));
  const parts = [0, 2, 4, 6, 8].map((offset) => twoDigits(text, of + offset));
  const [month = 0, day = 0, hour = 0, minute = 0, second = 0] = parts;
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  date.setUTCHours(hour, minute, second);
  const again = [
    date.getUTCMonth() + 1,
    date.getUTCDate(),
    date.getUTCHours(),
    date.getUTCMinutes(),
    date.getUTCSeconds(),
  ];
  if (date.getUTCFullYear() !== year || again.some((part, index) => part !== parts[index]))
    throw new NotDer();
  return date.getTime();
}
