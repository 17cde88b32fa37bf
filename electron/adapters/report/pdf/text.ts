/** The text that a PDF of Chromium's shows, without white space: enough to find printed figures in. */
import type { PdfFile } from './file.ts';
import { type PdfDict, type PdfObject, PdfProblem } from './value.ts';

const maxPages = 5000;
const maxText = 32 * 1024 * 1024;
/** Content that several pages share counts each time. */
const maxContent = 128 * 1024 * 1024;
const maxCodes = 1_000_000;

/** Page by page, in the order of drawing. Throws PdfProblem. */
export function textOf(file: PdfFile): string {
  const maps = new Map<PdfDict, ReadonlyMap<number, string>>();
  let text = '';
  let read = 0;
  for (const page of pagesOf(file)) {
    const resources = file.dictOf(page.entries.get('Resources'));
    const fonts = resources.entries.has('Font') ? file.dictOf(resources.entries.get('Font')) : undefined;
    const content = contentsOf(file, page);
    read += content.length;
    if (read > maxContent) throw new PdfProblem('it holds too much text');
    text += pageText(content, (name) => {
      const font = fonts?.entries.get(name);
      return font === undefined ? new Map() : mapOf(file, file.dictOf(font), maps);
    });
    if (text.length > maxText) throw new PdfProblem('it holds too much text');
  }
  return text;
}

function pagesOf(file: PdfFile): readonly PdfDict[] {
  const pages: PdfDict[] = [];
  let visited = 0;
  const visit = (node: PdfObject | undefined, depth: number) => {
    visited += 1;
    if (depth > 32 || visited > 2 * maxPages)
      throw new PdfProblem('it has too many pages, or they go in a circle');
    const dict = file.dictOf(node);
    const kids = file.resolve(dict.entries.get('Kids'));
    if (kids !== null && typeof kids === 'object' && kids.kind === 'array') {
      for (const kid of kids.items) visit(kid, depth + 1);
    } else pages.push(dict);
  };
  visit(file.dictOf(file.trailer.entries.get('Root')).entries.get('Pages'), 0);
  return pages;
}

function contentsOf(file: PdfFile, page: PdfDict): string {
  const contents = file.resolve(page.entries.get('Contents'));
  const parts =
    contents !== null && typeof contents === 'object' && contents.kind === 'array'
      ? contents.items
      : [contents];
  return parts
    .map((part) => {
      const stream = file.resolve(part);
      return stream !== null && typeof stream === 'object' && stream.kind === 'stream'
        ? file.inflate(stream).toString('latin1')
        : '';
    })
    .join('\n');
}

/** Font changes, and strings in hexadecimal digits, which is how Chromium writes all text. */
const operators = /\/([A-Za-z0-9]+)\s+[\d.]+\s+Tf|<([0-9A-Fa-f]*)>/g;

function pageText(content: string, fontOf: (name: string) => ReadonlyMap<number, string>): string {
  let font: ReadonlyMap<number, string> = new Map();
  let text = '';
  for (const [, name, digits] of content.matchAll(operators)) {
    if (name !== undefined) font = fontOf(name);
    for (let at = 0; at + 4 <= (digits ?? '').length; at += 4) {
      text += font.get(Number.parseInt((digits ?? '').slice(at, at + 4), 16)) ?? '';
    }
  }
  return text.replaceAll(/\s/g, '');
}

function mapOf(
  file: PdfFile,
  font: PdfDict,
  known: Map<PdfDict, ReadonlyMap<number, string>>,
): ReadonlyMap<number, string> {
  const before = known.get(font);
  if (before) return before;
  const stream = file.resolve(font.entries.get('ToUnicode'));
  const map =
    stream !== null && typeof stream === 'object' && stream.kind === 'stream'
      ? readMap(file.inflate(stream).toString('latin1'))
      : new Map<number, string>();
  known.set(font, map);
  return map;
}

function readMap(program: string): ReadonlyMap<number, string> {
  const map = new Map<number, string>();
  let codes = 0;
  for (const block of blocksOf(program, 'bfchar')) {
    for (const [, code = '', text = ''] of block.matchAll(/<([0-9A-Fa-f]{4})>\s*<([0-9A-Fa-f]+)>/g)) {
      map.set(Number.parseInt(code, 16), fromUtf16(text));
    }
  }
  for (const block of blocksOf(program, 'bfrange')) {
    const ranges = /<([0-9A-Fa-f]{4})>\s*<([0-9A-Fa-f]{4})>\s*<([0-9A-Fa-f]{4})>/g;
    for (const [, first = '', last = '', text = ''] of block.matchAll(ranges)) {
      const from = Number.parseInt(first, 16);
      for (let code = from; code <= Number.parseInt(last, 16); code += 1) {
        codes += 1;
        if (codes > maxCodes) throw new PdfProblem('a font of it is damaged');
        map.set(code, String.fromCharCode(Number.parseInt(text, 16) + code - from));
      }
    }
  }
  return map;
}

function blocksOf(program: string, kind: string): readonly string[] {
  const blocks: string[] = [];
  for (let from = program.indexOf(`begin${kind}`); from >= 0; ) {
    const to = program.indexOf(`end${kind}`, from);
    if (to < 0) break;
    blocks.push(program.slice(from, to));
    from = program.indexOf(`begin${kind}`, to);
  }
  return blocks;
}

function fromUtf16(digits: string): string {
  const bytes = Buffer.from(digits, 'hex');
  return bytes.length % 2 === 0 ? bytes.swap16().toString('utf16le') : '';
}
