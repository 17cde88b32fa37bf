/** A PDF file: finds objects through its cross-reference tables or streams, newest revision first. */
import { inflateSync } from 'node:zlib';
import { Parser } from './parser.ts';
import {
  type PdfDict,
  type PdfObject,
  PdfProblem,
  type PdfRef,
  type PdfStream,
  type PdfValue,
} from './value.ts';
import { readXrefStream } from './xref-stream.ts';

export const maxPdfBytes = 64 * 1024 * 1024;
const maxInflated = 64 * 1024 * 1024;
const maxRevisions = 16;
const maxObjects = 1_000_000;

/** Where an object stands: at a byte of the file, or as the nth of an object stream. */
export type Place =
  | { readonly in: 'file'; readonly at: number; readonly generation: number }
  | { readonly in: 'stream'; readonly stream: number; readonly index: number };

export interface Section {
  readonly places: ReadonlyMap<number, Place | 'free'>;
  readonly trailer: PdfDict;
  readonly isStream: boolean;
}

export class PdfFile {
  readonly bytes: Buffer;
  readonly trailer: PdfDict;
  /** Offset of the newest cross-reference section. */
  readonly startXref: number;
  readonly usesStreams: boolean;
  readonly #places = new Map<number, Place | 'free'>();
  /** Every object is read once: a file that names one large object often must not cost more than its size. */
  readonly #objects = new Map<number, PdfObject>();
  readonly #beingRead = new Set<number>();
  readonly #unpacked = new Map<PdfStream, Buffer>();
  readonly #heads = new Map<PdfStream, ReadonlyMap<number, number>>();
  #inflated = 0;

  /** Throws PdfProblem. */
  constructor(bytes: Buffer) {
    if (bytes.length > maxPdfBytes) throw new PdfProblem('it is larger than 64 MiB');
    if (bytes.toString('latin1', 0, 5) !== '%PDF-') throw new PdfProblem('it does not begin as a PDF does');
    this.bytes = bytes;
    this.startXref = findStartXref(bytes);
    const sections = this.#sections();
    for (const section of sections) {
      for (const [number, place] of section.places) {
        if (!this.#places.has(number)) this.#places.set(number, place);
      }
    }
    const newest = sections[0];
    if (!newest || this.#places.size > maxObjects) throw new PdfProblem('it has no usable table of objects');
    this.trailer = newest.trailer;
    this.usesStreams = newest.isStream;
  }

  #sections(): readonly Section[] {
    const sections: Section[] = [];
    const seen = new Set<number>();
    let next: number | undefined = this.startXref;
    while (next !== undefined) {
      if (seen.has(next) || seen.size >= maxRevisions) throw new PdfProblem('its revisions go in a circle');
      seen.add(next);
      const section = this.#section(next);
      sections.push(section);
      const previous: PdfValue | undefined = section.trailer.entries.get('Prev');
      if (previous !== undefined && typeof previous !== 'number') throw new PdfProblem('/Prev is no number');
      next = previous;
    }
    return sections;
  }

  #section(at: number): Section {
    const parser = new Parser(this.bytes, at);
    if (parser.accept('xref')) return readTable(parser);
    const stream = this.objectAt(at);
    if (stream === null || typeof stream !== 'object' || stream.kind !== 'stream') {
      throw new PdfProblem('a table of objects is missing');
    }
    return readXrefStream(stream, this.inflate(stream));
  }

  /** Follows a reference; anything else is returned as it is. Objects that are not there are null, as the format wants it. */
  resolve(value: PdfObject | undefined, depth = 0): PdfObject {
    if (value === undefined || value === null || typeof value !== 'object' || value.kind !== 'ref') {
      return value ?? null;
    }
    if (depth > 8) throw new PdfProblem('its references go in a circle');
    return this.resolve(this.object(value), depth + 1);
  }

  object(wanted: PdfRef): PdfObject {
    const number = wanted.number;
    const known = this.#objects.get(number);
    if (known !== undefined) return known;
    if (this.#beingRead.has(number)) throw new PdfProblem('its references go in a circle');
    this.#beingRead.add(number);
    const place = this.#places.get(number);
    const found =
      place === undefined || place === 'free'
        ? null
        : place.in === 'stream'
          ? this.#fromStream(place.stream, number)
          : this.objectAt(place.at, number);
    this.#beingRead.delete(number);
    this.#objects.set(number, found);
    return found;
  }

  dictOf(value: PdfObject | undefined): PdfDict {
    const found = this.resolve(value);
    if (found !== null && typeof found === 'object' && found.kind === 'dict') return found;
    throw new PdfProblem('a dictionary is missing');
  }

  /** Highest object number plus one. */
  get size(): number {
    let highest = 0;
    for (const number of this.#places.keys()) highest = Math.max(highest, number);
    return highest + 1;
  }

  objectAt(at: number, wanted?: number): PdfObject {
    const parser = new Parser(this.bytes, at);
    const number = parser.integer();
    parser.integer();
    if (!parser.accept('obj') || (wanted !== undefined && wanted !== number)) {
      throw new PdfProblem(`byte ${at} begins no object`);
    }
    const value = parser.value();
    if (value === null || typeof value !== 'object' || value.kind !== 'dict' || !parser.accept('stream')) {
      return value;
    }
    const from = this.bytes[parser.at] === 13 ? parser.at + 2 : parser.at + 1;
    const length = this.resolve(value.entries.get('Length'));
    if (typeof length !== 'number' || length < 0 || from + length > this.bytes.length) {
      throw new PdfProblem('a stream has no usable length');
    }
    return { kind: 'stream', dict: value, raw: this.bytes.subarray(from, from + length) };
  }

  /** The bytes of a stream without filters or with /FlateDecode. All together at most 64 MiB. */
  inflate(stream: PdfStream): Buffer {
    const known = this.#unpacked.get(stream);
    if (known) return known;
    const filter = this.resolve(stream.dict.entries.get('Filter'));
    const first =
      filter !== null && typeof filter === 'object' && filter.kind === 'array' ? filter.items : [filter];
    let bytes = stream.raw;
    for (const item of first) {
      if (item === null) continue;
      if (typeof item !== 'object' || item.kind !== 'name' || item.name !== 'FlateDecode') {
        throw new PdfProblem('a stream is packed in a way that is not read here');
      }
      bytes = this.#unpack(bytes);
    }
    this.#unpacked.set(stream, bytes);
    return bytes;
  }

  #unpack(bytes: Buffer): Buffer {
    try {
      const unpacked = inflateSync(bytes, { maxOutputLength: maxInflated - this.#inflated });
      this.#inflated += unpacked.length;
      return unpacked;
    } catch {
      throw new PdfProblem('a stream is damaged or too large');
    }
  }

  #fromStream(streamNumber: number, wanted: number): PdfObject {
    const stream = this.object({ kind: 'ref', number: streamNumber, generation: 0 });
    if (stream === null || typeof stream !== 'object' || stream.kind !== 'stream') {
      throw new PdfProblem('a stream of objects is missing');
    }
    const bytes = this.inflate(stream);
    const heads = this.#heads.get(stream) ?? readHeads(stream, bytes);
    this.#heads.set(stream, heads);
    const at = heads.get(wanted);
    if (at === undefined) throw new PdfProblem('a stream of objects is damaged');
    return new Parser(bytes, at).value();
  }
}

/** Where each object of a stream begins. */
function readHeads(stream: PdfStream, bytes: Buffer): ReadonlyMap<number, number> {
  const first = stream.dict.entries.get('First');
  const count = stream.dict.entries.get('N');
  if (typeof first !== 'number' || typeof count !== 'number' || count > maxObjects) {
    throw new PdfProblem('a stream of objects is damaged');
  }
  const parser = new Parser(bytes);
  const heads = new Map<number, number>();
  for (let index = 0; index < count; index += 1) {
    const number = parser.integer();
    heads.set(number, first + parser.integer());
  }
  return heads;
}

function findStartXref(bytes: Buffer): number {
  const tail = bytes.toString('latin1', Math.max(0, bytes.length - 2048));
  const found = /startxref\s+(\d{1,12})\s+%%EOF\s*$/.exec(tail);
  if (!found?.[1]) throw new PdfProblem('it does not end as a PDF does');
  return Number(found[1]);
}

function readTable(parser: Parser): Section {
  const places = new Map<number, Place | 'free'>();
  while (!parser.accept('trailer')) {
    const first = parser.integer();
    const count = parser.integer();
    if (first + count > maxObjects) throw new PdfProblem('it has too many objects');
    for (let index = 0; index < count; index += 1) {
      const at = parser.integer();
      const generation = parser.integer();
      const used = parser.word();
      if (used !== 'n' && used !== 'f') throw new PdfProblem('its table of objects is damaged');
      places.set(first + index, used === 'f' ? 'free' : { in: 'file', at, generation });
    }
  }
  const trailer = parser.value();
  if (trailer === null || typeof trailer !== 'object' || trailer.kind !== 'dict') {
    throw new PdfProblem('its trailer is damaged');
  }
  return { places, trailer, isStream: false };
}
