/**
 * A printer below the printing port for tests without Electron: writes the document's text as a real, tagless PDF in the
 * spelling of Chromium's (classic table of objects, hexadecimal text, a map to Unicode).
 */
import { deflateSync } from 'node:zlib';
import { succeed } from '../../shared/domain/result.ts';
import type { PdfPrinter } from '../../shared/engine/report/ports.ts';

export const plainPaper: PdfPrinter = {
  print: async (job) => succeed(plainPdf(textOfHtml(job.html))),
};

function textOfHtml(html: string): string {
  return html
    .replaceAll(/<style>[\s\S]*?<\/style>/g, '')
    .replaceAll(/<[^>]*>/g, ' ')
    .replaceAll('&#39;', "'")
    .replaceAll('&quot;', '"')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&');
}

export function plainPdf(text: string): Uint8Array {
  const digits = [...Buffer.from(text, 'utf16le').swap16().toString('hex').matchAll(/.{4}/g)].join('');
  const content = deflateSync(Buffer.from(`BT\n/F1 10 Tf\n<${digits}> Tj\nET\n`));
  const map = deflateSync(
    Buffer.from(
      '1 beginbfrange\n<0020> <007E> <0020>\nendbfrange\n1 beginbfchar\n<2019> <2019>\nendbfchar\n',
    ),
  );
  const stream = (bytes: Buffer) =>
    Buffer.concat([
      Buffer.from(`<</Filter /FlateDecode\n/Length ${bytes.length}>> stream\n`),
      bytes,
      Buffer.from('\nendstream'),
    ]);
  const objects = [
    Buffer.from('<</Type /Catalog\n/Pages 2 0 R>>'),
    Buffer.from('<</Type /Pages\n/Count 1\n/Kids [3 0 R]>>'),
    Buffer.from(
      '<</Type /Page\n/Parent 2 0 R\n/MediaBox [0 0 595 842]\n/Resources <</Font <</F1 5 0 R>>>>\n/Contents 4 0 R>>',
    ),
    stream(content),
    Buffer.from('<</Type /Font\n/Subtype /Type0\n/BaseFont /Plain\n/ToUnicode 6 0 R>>'),
    stream(map),
  ];
  const parts = [Buffer.from('%PDF-1.4\n')];
  const offsets: number[] = [];
  for (const [index, object] of objects.entries()) {
    offsets.push(Buffer.concat(parts).length);
    parts.push(Buffer.from(`${index + 1} 0 obj\n`), object, Buffer.from('\nendobj\n'));
  }
  const start = Buffer.concat(parts).length;
  const rows = offsets.map((offset) => `${String(offset).padStart(10, '0')} 00000 n \n`).join('');
  parts.push(
    Buffer.from(
      `xref\n0 ${objects.length + 1}\n0000000000 65535 f \n${rows}trailer\n<</Size ${objects.length + 1}\n/Root 1 0 R>>\nstartxref\n${start}\n%%EOF\n`,
    ),
  );
  return Buffer.concat(parts);
}
