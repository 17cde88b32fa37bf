/** Reads PDF values out of bytes. Strict where strictness costs nothing; a stranger's file must never exhaust it. */
import { type PdfArray, type PdfDict, PdfProblem, type PdfString, type PdfValue } from './value.ts';

const deepest = 100;
const whiteSpace = new Set([0, 9, 10, 12, 13, 32]);
const delimiters = new Set(Buffer.from('()<>[]{}/%', 'latin1'));

/** Letters behind a backslash in a literal string: n r t b f. */
const escapes = new Map([
  [110, 10],
  [114, 13],
  [116, 9],
  [98, 8],
  [102, 12],
]);

export class Parser {
  readonly #bytes: Buffer;
  at: number;

  constructor(bytes: Buffer, at = 0) {
    this.#bytes = bytes;
    this.at = at;
  }

  skipSpace(): void {
    for (;;) {
      const byte = this.#bytes[this.at];
      if (byte === 37) this.#skipLine();
      else if (byte !== undefined && whiteSpace.has(byte)) this.at += 1;
      else return;
    }
  }

  #skipLine(): void {
    for (let byte = this.#bytes[this.at]; byte !== undefined; byte = this.#bytes[this.at]) {
      if (byte === 10 || byte === 13) return;
      this.at += 1;
    }
  }

  /** A run of regular characters; empty at a delimiter or at the end. */
  word(): string {
    this.skipSpace();
    const from = this.at;
    for (;;) {
      const byte = this.#bytes[this.at];
      if (byte === undefined || whiteSpace.has(byte) || delimiters.has(byte)) break;
      this.at += 1;
    }
    return this.#bytes.toString('latin1', from, this.at);
  }

  /** True and behind it when the word comes next. */
  accept(word: string): boolean {
    const back = this.at;
    if (this.word() === word) return true;
    this.at = back;
    return false;
  }

  integer(): number {
    const word = this.word();
    if (!/^\d{1,15}$/.test(word)) throw new PdfProblem(`a number was expected at byte ${this.at}`);
    return Number(word);
  }

  get ended(): boolean {
    this.skipSpace();
    return this.at >= this.#bytes.length;
  }

  /** The next character without consuming it. */
  peek(): string {
    this.skipSpace();
    const byte = this.#bytes[this.at];
    return byte === undefined ? '' : String.fromCharCode(byte);
  }

  value(depth = 0): PdfValue {
    if (depth > deepest) throw new PdfProblem('its values are nested too deeply');
    switch (this.peek()) {
      case '/':
        return { kind: 'name', name: this.#name() };
      case '(':
        return this.#literal();
      case '[':
        return this.#array(depth);
      case '<':
        return this.#bytes[this.at + 1] === 60 ? this.#dict(depth) : this.#hex();
      default:
        return this.#bare();
    }
  }

  #bare(): PdfValue {
    const from = this.at;
    const word = this.word();
    if (word === 'true' || word === 'false') return word === 'true';
    if (word === 'null') return null;
    if (!/^[+-]?(\d+\.?\d*|\.\d+)$/.test(word)) {
      throw new PdfProblem(`byte ${from} begins no value`);
    }
    return this.#reference(word) ?? Number(word);
  }

  #reference(word: string): PdfValue | undefined {
    if (!/^\d{1,10}$/.test(word)) return undefined;
    const back = this.at;
    const generation = this.word();
    if (/^\d{1,5}$/.test(generation) && this.accept('R')) {
      return { kind: 'ref', number: Number(word), generation: Number(generation) };
    }
    this.at = back;
    return undefined;
  }

  #name(): string {
    this.at += 1;
    const from = this.at;
    const word = this.#bytes[from] === undefined || isBreak(this.#bytes[from]) ? '' : this.word();
    return word.replaceAll(/#([0-9a-fA-F]{2})/g, (_, code: string) =>
      String.fromCharCode(Number.parseInt(code, 16)),
    );
  }

  #array(depth: number): PdfArray {
    this.at += 1;
    const items: PdfValue[] = [];
    while (this.peek() !== ']') items.push(this.value(depth + 1));
    this.at += 1;
    return { kind: 'array', items };
  }

  #dict(depth: number): PdfDict {
    this.at += 2;
    const entries = new Map<string, PdfValue>();
    while (this.peek() !== '>') {
      if (this.peek() !== '/') throw new PdfProblem(`a name was expected at byte ${this.at}`);
      const key = this.#name();
      if (entries.has(key)) throw new PdfProblem(`/${key} stands twice in one dictionary`);
      entries.set(key, this.value(depth + 1));
    }
    if (this.#bytes[this.at + 1] !== 62) throw new PdfProblem('a dictionary does not end');
    this.at += 2;
    return { kind: 'dict', entries };
  }

  #hex(): PdfString {
    const end = this.#bytes.indexOf(62, this.at);
    if (end < 0) throw new PdfProblem('a string does not end');
    const digits = this.#bytes.toString('latin1', this.at + 1, end).replaceAll(/[\0\t\n\f\r ]/g, '');
    if (!/^[0-9a-fA-F]*$/.test(digits)) throw new PdfProblem('a string has something other than digits');
    this.at = end + 1;
    return {
      kind: 'string',
      hex: true,
      bytes: Buffer.from(digits.length % 2 ? `${digits}0` : digits, 'hex'),
    };
  }

  #literal(): PdfString {
    const out: number[] = [];
    let open = 0;
    for (;;) {
      const byte = this.#bytes[this.at];
      if (byte === undefined) throw new PdfProblem('a string does not end');
      this.at += 1;
      if (byte === 92) {
        this.#escaped(out);
        continue;
      }
      if (byte === 40) open += 1;
      if (byte === 41) open -= 1;
      if (open === 0) break;
      out.push(byte);
    }
    return { kind: 'string', hex: false, bytes: Buffer.from(out.slice(1)) };
  }

  #escaped(out: number[]): void {
    const octal = /^[0-7]{1,3}/.exec(this.#bytes.toString('latin1', this.at, this.at + 3));
    if (octal) {
      this.at += octal[0].length;
      out.push(Number.parseInt(octal[0], 8) & 255);
      return;
    }
    const byte = this.#bytes[this.at] ?? 0;
    this.at += 1;
    if (byte === 13 && this.#bytes[this.at] === 10) this.at += 1;
    if (byte === 10 || byte === 13) return;
    out.push(escapes.get(byte) ?? byte);
  }
}

function isBreak(byte: number | undefined): boolean {
  return byte === undefined || whiteSpace.has(byte) || delimiters.has(byte);
}
