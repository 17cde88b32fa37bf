/** The look on paper: A4, one column, and nothing that black and white would lose. */
import type { ReportFont } from '../ports.ts';
import { type Markup, trusted } from './markup.ts';

const base = `
@page { size: A4; margin: 20mm 18mm 18mm; }
* { box-sizing: border-box; }
html { -webkit-print-color-adjust: exact; print-color-adjust: exact; }
body { margin: 0; font: 400 9.5pt/14pt Inter, sans-serif; color: #16202b; overflow-wrap: break-word; }
h1, h2, h3, h4, p, ul, ol, dl, dd, figure, pre { margin: 0; padding: 0; }
b, th { font-weight: 600; }
h1 { font: 600 21pt/27pt Inter, sans-serif; letter-spacing: -.015em; }
h2 { font: 600 15pt/20pt Inter, sans-serif; letter-spacing: -.01em; margin: 22pt 0 7pt; break-after: avoid; }
h3 { font: 600 11pt/15pt Inter, sans-serif; margin: 15pt 0 4pt; break-after: avoid; }
h4 { font: 600 9.5pt/14pt Inter, sans-serif; break-after: avoid; }
p, li { orphans: 2; widows: 2; }
.whole { white-space: nowrap; }
p + p { margin-top: 5pt; }
.page { break-before: page; }
.page > h2:first-child { margin-top: 0; }
.secondary, .note, .place { font-size: 8pt; line-height: 11.5pt; color: #4d5b69; }
.mono, pre { font: 400 8pt/11.5pt 'IBM Plex Mono', monospace; overflow-wrap: anywhere; }
.secondary .mono { font-size: 7.6pt; }
h2 + p, h3 + p, h4 + p { break-after: avoid; }
.plain { list-style: none; }
.plain li { padding: 2pt 0; }
`;

const tables = `
table { width: 100%; border-collapse: collapse; table-layout: fixed; break-inside: auto; }
p + table { margin-top: 5pt; }
table + p { margin-top: 8pt; }
h4.notes { margin: 10pt 0 3pt; }
table.short { break-inside: avoid; }
thead { display: table-header-group; break-inside: avoid; break-after: avoid; }
tr { break-inside: avoid; }
th, td { text-align: left; vertical-align: top; padding: 5pt 10pt 5pt 0; border-bottom: .5pt solid #c4ccd4; }
th:last-child, td:last-child { padding-right: 0; }
thead th { font-size: 8pt; line-height: 11pt; color: #4d5b69; border-bottom: .75pt solid #7a8794; }
td p { margin-top: 2pt; }
td.mono { line-height: 14pt; }
.w1 { width: 22mm; }
.w2 { width: 29mm; }
.w3 { width: 36mm; }
.w4 { width: 46mm; }
tr.joined td { border-top: none; padding-top: 0; }
tr:has(+ tr.joined) { break-after: avoid; }
tr:has(+ tr.joined) td { border-bottom: none; }
.digests th[scope=row] { width: 46mm; }
.marks { margin-top: 5pt; break-inside: avoid; break-before: avoid; }
.kept { break-inside: avoid; }
.kept p { margin-top: 1pt; }
.marks caption { text-align: left; font-size: 8pt; line-height: 11pt; color: #4d5b69; padding-bottom: 1pt; }
.marks th, .marks td { padding-top: 2pt; padding-bottom: 2pt; border-bottom: none; line-height: 11.5pt; font-size: 8pt; font-weight: 400; }
.marks th { width: 34mm; color: #4d5b69; }
`;

const firstPage = `
.brand { display: flex; align-items: center; gap: 5pt; font-weight: 600; margin-bottom: 14pt; padding-bottom: 7pt; border-bottom: 1.25pt solid #16202b; }
.brand .kind { margin-left: auto; font-weight: 400; color: #4d5b69; }
.emblem { width: 13pt; height: 13pt; }
.facts { columns: 2; column-gap: 12mm; margin: 12pt 0 0; }
.facts div { display: flex; padding: 2.5pt 0; break-inside: avoid; }
.facts dt { flex: 0 0 28mm; color: #4d5b69; }
.headline { margin: 18pt 0 8pt; }
.outcomes th, .outcomes td { border: none; padding: 2pt 8pt 2pt 0; white-space: nowrap; vertical-align: middle; font-variant-numeric: tabular-nums; }
.outcomes { table-layout: auto; }
.outcomes thead th { color: #16202b; font-weight: 400; }
.outcomes tbody th { width: 17mm; }
.outcomes tr.drawn td { padding: 1pt 0 9pt; }
.legend { display: inline-flex; align-items: center; gap: 3.5pt; }
.bar { display: block; width: 100%; height: 9mm; }
.sentences { margin: 8pt 0 0; }
.sentences p { font-size: 10.5pt; line-height: 16pt; }

.failing { list-style: none; }
.failing li { display: flex; gap: 8pt; padding: 2pt 0; }
.one-line { min-width: 0; white-space: nowrap; overflow: hidden; text-overflow: ellipsis; }
.failing .verdict { flex: 0 0 25mm; }
.scope { margin-top: 11pt; padding-top: 7pt; border-top: .5pt solid #c4ccd4; font-size: 8pt; line-height: 11.5pt; color: #4d5b69; }
`;

const states = `
.mark { width: 9.5pt; height: 9.5pt; flex: none; fill: currentColor; }
.mark .cut { fill: none; stroke: #fff; stroke-width: 1.9; stroke-linecap: round; stroke-linejoin: round; }
.mark .ring, .mark .stroke { fill: none; stroke: currentColor; stroke-width: 1.7; stroke-linecap: round; }
.mark .letter { fill: #fff; font: 600 8px Inter, sans-serif; text-anchor: middle; }
.verdict { display: inline-flex; align-items: center; gap: 4pt; white-space: nowrap; font-weight: 600; }
.pass { color: #12694a; }
.unknown, .error { color: #64468f; }
.not-applicable { color: #56626e; }
.fail.critical { color: #a3142b; }
.fail.high { color: #9a3c07; }
.fail.medium { color: #735600; }
.fail.low, .fail.informational { color: #2f5791; }
.piece { stroke: #16202b; stroke-width: 1.6; fill: #fff; }
.piece.fail { fill: #a3142b; stroke: #a3142b; }
.piece.pass { fill: #cfe6da; stroke: #12694a; }
.piece.not-applicable { stroke: #7a8794; stroke-dasharray: 6 4; }
.texture { fill: none; }
.texture.unknown { fill: url(#lines); }
.texture.error { fill: url(#dots); }
.plate { fill: none; }
.plate.unknown, .plate.error { fill: #fff; }
.number { font: 600 27px Inter, sans-serif; fill: #16202b; }
.number.fail { fill: #fff; }
`;

const details = `
.changes { list-style: none; }
.changes > li > .secondary, .changes > li > p { break-after: avoid; }
.changes > li { padding: 9pt 0; border-top: .5pt solid #c4ccd4; }
.changes > li:first-child { border-top: .75pt solid #7a8794; margin-top: 6pt; }
.taken-back { opacity: .75; }
.head { display: flex; gap: 10pt; justify-content: space-between; break-after: avoid; break-inside: avoid; }
/* Room for some lines after a heading: what break-after asks for is given up where something long follows. */
.changes .head, .finding.long .head { padding-bottom: 22mm; margin-bottom: -22mm; }
.result { font-weight: 600; white-space: nowrap; }
.diff { margin-top: 6pt; }
.diff figcaption { font: 500 8pt/12pt 'IBM Plex Mono', monospace; break-after: avoid; }
.diff pre { margin-top: 2pt; padding: 3pt 0; border-left: 1.5pt solid #7a8794; background: #f4f6f8; }
.diff.short { break-inside: avoid; }
.diff.long .line:nth-child(-n+4) { break-after: avoid; }
.diff.long .line:nth-last-child(-n+4) { break-before: avoid; }
.line { display: block; padding: 0 6pt 0 18pt; white-space: pre-wrap; text-indent: -11pt; }
.line i { font-style: normal; display: inline-block; width: 11pt; text-indent: 0; }
.line.removed { background: #fbe9ea; }
.line.added { background: #e3f2ea; font-weight: 500; }
.line.same { color: #4d5b69; }
.line.skipped { color: #4d5b69; font: 400 7.6pt/11.5pt Inter, sans-serif; }
.finding { padding: 9pt 0 8pt; border-top: .5pt solid #c4ccd4; }
.finding.short { break-inside: avoid; }
.finding > p { break-after: avoid; }
.finding .evidence { margin-top: 5pt; }
.evidence th, .evidence td { padding: 3pt 10pt 3pt 0; border-bottom: none; border-top: .5pt dotted #7a8794; }
.evidence th { width: 44mm; font-weight: 400; font-size: 8pt; line-height: 11.5pt; color: #4d5b69; }
.evidence .mono { white-space: pre-wrap; }
.place { display: block; margin-top: 1pt; }
.raw, .command { margin-top: 3pt; padding: 4pt 6pt; background: #f4f6f8; border-left: 1.5pt solid #7a8794; white-space: pre-wrap; }
.raw { font-size: 7.2pt; line-height: 10pt; }
.command { margin: 3pt 0 5pt; }
`;

export function styleSheet(fonts: readonly ReportFont[]): Markup {
  return trusted(fonts.map(fontFace).join('') + base + tables + firstPage + states + details);
}

/** The margins are documents of their own, whose paper edge Chromium pads by itself. */
export function marginStyle(fonts: readonly ReportFont[]): Markup {
  const text = fonts.filter((font) => font.family === 'Inter' && font.weight === 400);
  return trusted(
    `${text.map(fontFace).join('')}#header,#footer{padding:0!important}div{box-sizing:border-box}
.margin{width:100%;padding:4mm 18mm;display:flex;justify-content:space-between;font:7.5pt Inter,sans-serif;color:#4d5b69}`,
  );
}

function fontFace(font: ReportFont): string {
  const ranges = /^U\+[0-9A-F?-]+(,\s*U\+[0-9A-F?-]+)*$/i.test(font.unicodeRange)
    ? font.unicodeRange
    : 'U+0-7F';
  const data = font.base64.replaceAll(/[^A-Za-z0-9+/=]/g, '');
  return `@font-face{font-family:'${font.family}';font-style:normal;font-weight:${font.weight};src:url(data:font/woff2;base64,${data}) format('woff2');unicode-range:${ranges}}\n`;
}
