/** The younger form of the table of objects: a packed stream of fixed-width rows. */
import type { Place, Section } from './file.ts';
import { PdfProblem, type PdfStream, type PdfValue } from './value.ts';

export function readXrefStream(stream: PdfStream, unpacked: Buffer): Section {
  const entries = stream.dict.entries;
  const widths = numbers(entries.get('W'));
  const size = entries.get('Size');
  if (
    widths.length !== 3 ||
    widths.some((width) => width > 6) ||
    !widths.some((width) => width > 0) ||
    typeof size !== 'number'
  ) {
    throw new PdfProblem('its table of objects is damaged');
  }
  const rows = undoPredictor(unpacked, entries.get('DecodeParms'));
  const index = entries.has('Index') ? numbers(entries.get('Index')) : [0, size];
  const places = new Map<number, Place | 'free'>();
  let at = 0;
  const field = (width: number, absent: number) => {
    if (width === 0) return absent;
    if (at + width > rows.length) throw new PdfProblem('its table of objects is cut short');
    at += width;
    return rows.readUIntBE(at - width, width);
  };
  for (let range = 0; range + 1 < index.length; range += 2) {
    const first = index[range] ?? 0;
    for (let offset = 0; offset < (index[range + 1] ?? 0); offset += 1) {
      const type = field(widths[0] ?? 0, 1);
      const second = field(widths[1] ?? 0, 0);
      const third = field(widths[2] ?? 0, 0);
      places.set(first + offset, placeOf(type, second, third));
    }
  }
  return { places, trailer: stream.dict, isStream: true };
}

function placeOf(type: number, second: number, third: number): Place | 'free' {
  if (type === 1) return { in: 'file', at: second, generation: third };
  return type === 2 ? { in: 'stream', stream: second, index: third } : 'free';
}

function numbers(value: PdfValue | undefined): readonly number[] {
  if (value === undefined || value === null || typeof value !== 'object' || value.kind !== 'array') return [];
  return value.items.map((item) => {
    if (typeof item !== 'number' || !Number.isInteger(item) || item < 0) {
      throw new PdfProblem('its table of objects is damaged');
    }
    return item;
  });
}

/** PNG prediction as far as writers use it for tables: none, and "up". */
function undoPredictor(bytes: Buffer, parameters: PdfValue | undefined): Buffer {
  if (parameters === undefined || parameters === null) return bytes;
  if (typeof parameters !== 'object' || parameters.kind !== 'dict')
    throw new PdfProblem('its table is damaged');
  const predictor = parameters.entries.get('Predictor') ?? 1;
  const columns = parameters.entries.get('Columns') ?? 1;
  if (predictor === 1) return bytes;
  if (typeof predictor !== 'number' || predictor < 10 || typeof columns !== 'number' || columns < 1) {
    throw new PdfProblem('its table of objects is packed in a way that is not read here');
  }
  const count = Math.floor(bytes.length / (columns + 1));
  const rows = Buffer.alloc(count * columns);
  for (let row = 0; row < count; row += 1) {
    const kind = bytes[row * (columns + 1)];
    if (kind !== 0 && kind !== 2) throw new PdfProblem('its table of objects is packed in an unknown way');
    for (let column = 0; column < columns; column += 1) {
      const above = kind === 2 && row > 0 ? (rows[(row - 1) * columns + column] ?? 0) : 0;
      rows[row * columns + column] = ((bytes[row * (columns + 1) + 1 + column] ?? 0) + above) & 255;
    }
  }
  return rows;
}
