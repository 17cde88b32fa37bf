/** Distinguished encoding rules of ASN.1, as much as signatures and key stores need. */

export function encode(tag: number, ...contents: readonly Uint8Array[]): Buffer {
  const content = Buffer.concat(contents);
  return Buffer.concat([Buffer.from([tag]), lengthBytes(content.length), content]);
}

function lengthBytes(length: number): Buffer {
  if (length < 128) return Buffer.from([length]);
  const hex = length.toString(16);
  const bytes = Buffer.from(hex.length % 2 ? `0${hex}` : hex, 'hex');
  return Buffer.concat([Buffer.from([128 + bytes.length]), bytes]);
}

export const sequence = (...items: readonly Uint8Array[]): Buffer => encode(0x30, ...items);
export const octets = (bytes: Uint8Array): Buffer => encode(0x04, bytes);
export const smallInteger = (value: number): Buffer => encode(0x02, Buffer.from([value]));

/** Members in the order of their bytes, as the rules demand. */
export function setOf(items: readonly Uint8Array[], tag = 0x31): Buffer {
  return encode(tag, ...items.toSorted((left, right) => Buffer.compare(left, right)));
}

export function objectIdentifier(dotted: string): Buffer {
  const [first = 0, second = 0, ...rest] = dotted.split('.').map(Number);
  const bytes = [first * 40 + second, ...rest].flatMap(baseOf128);
  return encode(0x06, Buffer.from(bytes));
}

function baseOf128(value: number): readonly number[] {
  const digits = [value % 128];
  for (let rest = Math.floor(value / 128); rest > 0; rest = Math.floor(rest / 128)) {
    digits.unshift((rest % 128) + 128);
  }
  return digits;
}

export interface Element {
  readonly tag: number;
  readonly content: Buffer;
  /** Tag, length and content. */
  readonly whole: Buffer;
}

/** The element at the beginning of `bytes`; undefined when there is no whole one in definite form. */
export function readElement(bytes: Buffer): Element | undefined {
  const tag = bytes[0];
  const first = bytes[1];
  if (tag === undefined || first === undefined || (tag & 0x1f) === 0x1f) return undefined;
  const extra = first < 128 ? 0 : first - 128;
  if (first === 128 || extra > 4 || bytes.length < 2 + extra) return undefined;
  const length = extra === 0 ? first : bytes.readUIntBE(2, extra);
  const from = 2 + extra;
  if (from + length > bytes.length) return undefined;
  return { tag, content: bytes.subarray(from, from + length), whole: bytes.subarray(0, from + length) };
}

/** Elements one after the other; undefined when something is left over. */
export function readElements(bytes: Buffer): readonly Element[] | undefined {
  const elements: Element[] = [];
  let rest = bytes;
  while (rest.length > 0) {
    const element = readElement(rest);
    if (!element || elements.length >= 1000) return undefined;
    elements.push(element);
    rest = rest.subarray(element.whole.length);
  }
  return elements;
}
