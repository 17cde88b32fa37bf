/** PDF values as data, and their spelling. */

export interface PdfName {
  readonly kind: 'name';
  readonly name: string;
}
export interface PdfString {
  readonly kind: 'string';
  readonly bytes: Buffer;
  readonly hex: boolean;
}
export interface PdfRef {
  readonly kind: 'ref';
  readonly number: number;
  readonly generation: number;
}
export interface PdfArray {
  readonly kind: 'array';
  readonly items: readonly PdfValue[];
}
export interface PdfDict {
  readonly kind: 'dict';
  readonly entries: ReadonlyMap<string, PdfValue>;
}
export interface PdfStream {
  readonly kind: 'stream';
  readonly dict: PdfDict;
  /** As it stands in the file, still filtered. */
  readonly raw: Buffer;
}
export type PdfValue = null | boolean | number | PdfName | PdfString | PdfRef | PdfArray | PdfDict;
export type PdfObject = PdfValue | PdfStream;

/** The bytes are not a PDF of the kind that is read here. Caught at the door of this folder and turned into a value. */
export class PdfProblem extends Error {}

export const name = (text: string): PdfName => ({ kind: 'name', name: text });
export const ref = (number: number, generation = 0): PdfRef => ({ kind: 'ref', number, generation });
export const array = (items: readonly PdfValue[]): PdfArray => ({ kind: 'array', items });
export const hexString = (bytes: Buffer): PdfString => ({ kind: 'string', bytes, hex: true });

export function dict(entries: Readonly<Record<string, PdfValue>>): PdfDict {
  return { kind: 'dict', entries: new Map(Object.entries(entries)) };
}

export function withEntries(from: PdfDict, more: Readonly<Record<string, PdfValue>>): PdfDict {
  return { kind: 'dict', entries: new Map([...from.entries, ...Object.entries(more)]) };
}

/** Text for a person: UTF-16 with its mark, which every reader knows. */
export function textString(text: string): PdfString {
  const bytes = Buffer.from(`\uFEFF${text}`, 'utf16le').swap16();
  return hexString(bytes);
}

export function spell(value: PdfValue): string {
  if (value === null) return 'null';
  if (typeof value === 'boolean') return String(value);
  if (typeof value === 'number') return spellNumber(value);
  switch (value.kind) {
    case 'name':
      return spellName(value.name);
    case 'string':
      return `<${value.bytes.toString('hex')}>`;
    case 'ref':
      return `${value.number} ${value.generation} R`;
    case 'array':
      return `[${value.items.map(spell).join(' ')}]`;
    case 'dict':
      return `<<${[...value.entries].map(([key, item]) => `${spellName(key)} ${spell(item)}`).join('\n')}>>`;
  }
}

/** PDF knows no exponents. */
function spellNumber(value: number): string {
  return Number.isInteger(value) ? value.toFixed(0) : value.toFixed(6).replace(/0+$/, '');
}

function spellName(text: string): string {
  const bytes = Buffer.from(text, 'latin1');
  let spelled = '/';
  for (const byte of bytes) {
    const character = String.fromCharCode(byte);
    spelled += /[A-Za-z0-9_.+-]/.test(character) ? character : `#${byte.toString(16).padStart(2, '0')}`;
  }
  return spelled;
}

/** Both are the same value for every reader. */
export function sameRef(left: PdfRef, right: PdfRef): boolean {
  return left.number === right.number && left.generation === right.generation;
}
