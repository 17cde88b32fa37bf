/** How deep the collections of a YAML text lie in each other, told from its tokens: parsing takes the square of that. */
import { Lexer } from 'yaml';

/** The line (from 1) on which more than `most` lie in each other; undefined where none does. */
export function nestsTooDeep(text: string, most: number): number | undefined {
  const columns: number[] = [];
  let line = 1;
  let column = 0;
  let flow = 0;
  let begins = true;
  for (const token of new Lexer().lex(text)) {
    const blank = /^[ \t\r\n]+$/.test(token);
    // Control characters of the lexer itself have no width.
    if (/^[\u0002\u0018\u001f\ufeff]$/.test(token)) continue;
    if (!blank && begins && flow === 0) {
      while ((columns.at(-1) ?? -1) >= column) columns.pop();
      columns.push(column);
    }
    if (!blank) begins = false;
    if (token === '[' || token === '{') flow += 1;
    else if (token === ']' || token === '}') flow = Math.max(0, flow - 1);
    else if (flow === 0 && (token === '-' || token === '?' || token === ':')) columns.push(column + 1);
    if (columns.length + flow > most) return line;
    const breaks = token.split('\n').length - 1;
    line += breaks;
    if (breaks > 0) begins = true;
    column = breaks > 0 ? token.length - token.lastIndexOf('\n') - 1 : column + token.length;
  }
  return undefined;
}
