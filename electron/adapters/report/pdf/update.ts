/** Adds a revision at the end of a PDF; the bytes before it stay as they are, and so do tags, outline and fonts. */
import type { PdfFile } from './file.ts';
import {
  array,
  dict,
  name,
  type PdfDict,
  type PdfRef,
  type PdfValue,
  ref,
  spell,
  withEntries,
} from './value.ts';

export interface NewStream {
  readonly dict: PdfDict;
  readonly raw: Buffer;
}

export class PdfUpdate {
  readonly #file: PdfFile;
  readonly #objects = new Map<number, Buffer>();
  #next: number;

  constructor(file: PdfFile) {
    this.#file = file;
    this.#next = file.size;
  }

  /** A number that no object has yet. */
  reserve(): PdfRef {
    this.#next += 1;
    return ref(this.#next - 1);
  }

  set(target: PdfRef, value: PdfValue): void {
    this.setSpelled(target, Buffer.from(spell(value), 'latin1'));
  }

  setSpelled(target: PdfRef, spelled: Buffer): void {
    const head = Buffer.from(`${target.number} ${target.generation} obj\n`, 'latin1');
    this.#objects.set(target.number, Buffer.concat([head, spelled, Buffer.from('\nendobj\n', 'latin1')]));
  }

  setStream(target: PdfRef, stream: NewStream): void {
    const head = spell(withEntries(stream.dict, { Length: stream.raw.length }));
    this.setSpelled(
      target,
      Buffer.concat([
        Buffer.from(`${head}\nstream\n`, 'latin1'),
        stream.raw,
        Buffer.from('\nendstream', 'latin1'),
      ]),
    );
  }

  /** The whole file with the new revision. `trailer` replaces entries of the old trailer. */
  finish(trailer: Readonly<Record<string, PdfValue>>): Buffer {
    const parts: Buffer[] = [this.#file.bytes];
    let at = this.#file.bytes.length;
    const push = (bytes: Buffer) => {
      parts.push(bytes);
      at += bytes.length;
    };
    if (this.#file.bytes.at(-1) !== 10) push(Buffer.from('\n'));
    const places = new Map<number, number>();
    for (const [number, bytes] of [...this.#objects].toSorted(([left], [right]) => left - right)) {
      places.set(number, at);
      push(bytes);
    }
    const start = at;
    push(this.#file.usesStreams ? this.#stream(places, start, trailer) : this.#table(places, trailer));
    push(Buffer.from(`startxref\n${start}\n%%EOF\n`, 'latin1'));
    return Buffer.concat(parts);
  }

  #trailer(more: Readonly<Record<string, PdfValue>>): PdfDict {
    const kept = ['Root', 'Info', 'ID'].flatMap((key) => {
      const value = this.#file.trailer.entries.get(key);
      return value === undefined ? [] : [[key, value] as const];
    });
    return withEntries(dict(Object.fromEntries(kept)), { ...more, Prev: this.#file.startXref });
  }

  #table(places: ReadonlyMap<number, number>, trailer: Readonly<Record<string, PdfValue>>): Buffer {
    let text = 'xref\n';
    for (const range of ranges([...places.keys()])) {
      text += `${range[0] ?? 0} ${range.length}\n`;
      for (const number of range) text += `${String(places.get(number) ?? 0).padStart(10, '0')} 00000 n \n`;
    }
    text += `trailer\n${spell(withEntries(this.#trailer(trailer), { Size: this.#next }))}\n`;
    return Buffer.from(text, 'latin1');
  }

  #stream(places: Map<number, number>, start: number, trailer: Readonly<Record<string, PdfValue>>): Buffer {
    const own = this.#next;
    places.set(own, start);
    const rows: Buffer[] = [];
    const index: number[] = [];
    for (const range of ranges([...places.keys()])) {
      index.push(range[0] ?? 0, range.length);
      for (const number of range) {
        const row = Buffer.alloc(7);
        row.writeUInt8(1, 0);
        row.writeUInt32BE(places.get(number) ?? 0, 1);
        rows.push(row);
      }
    }
    const raw = Buffer.concat(rows);
    const head = withEntries(this.#trailer(trailer), {
      Type: name('XRef'),
      Size: own + 1,
      W: array([1, 4, 2]),
      Index: array(index),
      Length: raw.length,
    });
    const before = Buffer.from(`${own} 0 obj\n${spell(head)}\nstream\n`, 'latin1');
    return Buffer.concat([before, raw, Buffer.from('\nendstream\nendobj\n', 'latin1')]);
  }
}

/** Runs of consecutive numbers. */
function ranges(numbers: readonly number[]): readonly (readonly number[])[] {
  const runs: number[][] = [];
  for (const number of numbers.toSorted((left, right) => left - right)) {
    const last = runs.at(-1);
    if (last && last.at(-1) === number - 1) last.push(number);
    else runs.push([number]);
  }
  return runs;
}
