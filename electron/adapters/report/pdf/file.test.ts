import { deflateSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { plainPdf } from '../../../../test/support/plain-paper.ts';
import { PdfFile } from './file.ts';
import { Parser } from './parser.ts';
import { prepareForSigning } from './prepare.ts';
import { attachmentOf, openSigned } from './signed.ts';
import { textOf } from './text.ts';
import { array, dict, hexString, name, PdfProblem, type PdfValue, ref, spell } from './value.ts';

/** The same page, as younger writers put it: objects packed in a stream, a packed table of objects with prediction. */
function streamedPdf(): Buffer {
  const content = deflateSync(Buffer.from('BT\n/F1 10 Tf\n<00410042> Tj\nET\n'));
  const map = Buffer.from('1 beginbfrange\n<0041> <005A> <0041>\nendbfrange\n');
  const inside = [
    [1, '<</Type /Catalog /Pages 2 0 R>>'],
    [2, '<</Type /Pages /Count 1 /Kids [3 0 R]>>'],
    [3, '<</Type /Page /Parent 2 0 R /Resources <</Font <</F1 5 0 R>>>> /Contents 4 0 R>>'],
    [5, '<</Type /Font /ToUnicode 6 0 R>>'],
  ] as const;
  let heads = '';
  let bodies = '';
  for (const [number, body] of inside) {
    heads += `${number} ${bodies.length} `;
    bodies += `${body} `;
  }
  const parts: Buffer[] = [Buffer.from('%PDF-1.7\n')];
  const offsets = new Map<number, number>();
  const put = (number: number, head: string, bytes: Buffer) => {
    offsets.set(number, Buffer.concat(parts).length);
    parts.push(
      Buffer.from(`${number} 0 obj\n<<${head} /Length ${bytes.length}>>\nstream\n`),
      bytes,
      Buffer.from('\nendstream\nendobj\n'),
    );
  };
  put(4, '/Filter /FlateDecode', content);
  put(6, '', map);
  put(
    7,
    `/Type /ObjStm /N ${inside.length} /First ${heads.length} /Filter [/FlateDecode]`,
    deflateSync(Buffer.from(heads + bodies)),
  );
  const start = Buffer.concat(parts).length;
  offsets.set(8, start);
  const rows = Array.from({ length: 9 }, (_, number) => {
    const packed = inside.findIndex(([one]) => one === number);
    const at = offsets.get(number);
    const row = Buffer.alloc(6);
    row.writeUInt8(packed >= 0 ? 2 : at === undefined ? 0 : 1, 0);
    row.writeUInt32BE(packed >= 0 ? 7 : (at ?? 0), 1);
    row.writeUInt8(Math.max(0, packed), 5);
    return row;
  });
  const predicted = rows.map((row, index) =>
    Buffer.from([2, ...row.map((byte, column) => (byte - (rows[index - 1]?.[column] ?? 0)) & 255)]),
  );
  put(
    8,
    '/Type /XRef /Size 9 /W [1 4 1] /Root 1 0 R /Filter /FlateDecode /DecodeParms <</Predictor 12 /Columns 6>>',
    deflateSync(Buffer.concat(predicted)),
  );
  parts.push(Buffer.from(`startxref\n${start}\n%%EOF\n`));
  return Buffer.concat(parts);
}

const attachment = {
  name: 'report.json',
  mediaType: 'application/json',
  description: 'data',
  bytes: Buffer.from('{}'),
};
const signature = { signer: 'Ådа', reason: 'Change report', at: new Date('2026-11-20T09:40:12Z') };

describe.each([
  ['with a table', Buffer.from(plainPdf('AB')), false],
  ['with streams', streamedPdf(), true],
])('a PDF %s', (_name, pdf, streams) => {
  test('keeps its bytes, text and form when it is made ready for signing', () => {
    expect(textOf(new PdfFile(pdf))).toBe('AB');
    const { bytes, gap } = prepareForSigning(pdf, attachment, signature);
    expect(bytes.subarray(0, pdf.length).equals(pdf)).toBe(true);
    const signed = openSigned(bytes);
    expect(signed.gap).toEqual([...gap, bytes.length]);
    expect(signed.file.usesStreams).toBe(streams);
    expect(textOf(signed.file)).toBe('AB');
    expect(attachmentOf(signed.file, 'report.json').toString()).toBe('{}');
    expect(() => prepareForSigning(bytes, attachment, signature)).toThrow(PdfProblem);
  });

  test('that was damaged anywhere is read or refused, and never crashes', () => {
    fc.assert(
      fc.property(fc.nat(pdf.length - 1), fc.nat(255), (at, byte) => {
        const broken = Buffer.from(pdf);
        broken.writeUInt8(byte, at);
        try {
          textOf(new PdfFile(broken));
        } catch (error) {
          expect(error).toBeInstanceOf(PdfProblem);
        }
      }),
      { numRuns: 400 },
    );
  });
});

test('values are read as they are spelled', () => {
  const leaf: fc.Arbitrary<PdfValue> = fc.oneof(
    fc.constant(null),
    fc.boolean(),
    fc.integer(),
    fc.string({ minLength: 1, unit: 'binary-ascii' }).map(name),
    fc.uint8Array().map((bytes) => hexString(Buffer.from(bytes))),
    fc.tuple(fc.nat(99_999), fc.nat(99)).map(([number, generation]) => ref(number, generation)),
  );
  const { value } = fc.letrec<{ value: PdfValue }>((tie) => ({
    value: fc.oneof(
      { maxDepth: 4 },
      leaf,
      fc.array(tie('value'), { maxLength: 5 }).map(array),
      fc
        .dictionary(fc.string({ minLength: 1, unit: 'binary-ascii' }), tie('value'), {
          maxKeys: 5,
          noNullPrototype: true,
        })
        .map(dict),
    ),
  }));
  fc.assert(
    fc.property(value, (one) => {
      expect(new Parser(Buffer.from(spell(one))).value()).toEqual(one);
    }),
  );
});

test('strings in brackets are read with their escapes', () => {
  const text = String.raw`(a\(b\)(c)\n\101\\ \
d)`;
  const value = new Parser(Buffer.from(text)).value();
  expect(value).toMatchObject({ kind: 'string', bytes: Buffer.from('a(b)(c)\nA\\ d') });
});
