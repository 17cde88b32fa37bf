/** Characters that make Elasticsearch read other lines than the ones a person sees, or refuse the file. */
import { Lexer } from 'yaml';

export interface YamlObjection {
  readonly message: string;
  /** From 1. */
  readonly line: number;
}

/**
 * Elasticsearch's parser (YAML 1.1) ends a line at these too, even inside a remark: what follows is a setting to the node
 * and part of a remark to everybody else (seen with the settings loader of 8.19.21 and 9.4.3).
 */
const hiddenBreak = /\r(?!\n)|[\u0085\u2028\u2029]/;
/** "special characters are not allowed" (seen on 8.19.21). */
const control = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u0084\u0086-\u009f\ufffe\uffff]/;

/** The first thing for which the text may not be trusted to mean what it shows; `undefined` when there is none. */
export function objectionTo(text: string): YamlObjection | undefined {
  const breaking = hiddenBreak.exec(text);
  if (breaking)
    return {
      message: `A hidden line break (${nameOf(breaking[0])}) stands here: Elasticsearch reads what follows as a line of its own.`,
      line: lineAt(text, breaking.index),
    };
  const unprintable = control.exec(text);
  if (unprintable)
    return {
      message: `A control character (${nameOf(unprintable[0])}) stands here: Elasticsearch refuses the file.`,
      line: lineAt(text, unprintable.index),
    };
  const tab = text.includes('\t') ? structuralTab(text) : undefined;
  return tab === undefined
    ? undefined
    : {
        message: 'A tab stands here where only spaces may: Elasticsearch refuses the file.',
        line: lineAt(text, tab),
      };
}

/** Tabs are fine inside values and remarks and behind a plain value, and nowhere else (seen on 8.19.21). */
function structuralTab(text: string): number | undefined {
  let at = 0;
  let before = '';
  let beforeThat = '';
  for (const piece of new Lexer().lex(text)) {
    // The lexer marks documents and scalars with characters of its own, which the text does not hold: see `control`.
    if (piece === '\u0002' || piece === '\u001f' || piece === '\u0018') {
      beforeThat = piece;
      before = piece;
      continue;
    }
    if (/^[ \t]*\t[ \t]*$/.test(piece)) {
      const behindPlain = beforeThat === '\u001f' && !/^["']|\n$/.test(before) && before !== '\u001f';
      if (!behindPlain) return at + piece.indexOf('\t');
    }
    at += piece.length;
    beforeThat = before;
    before = piece;
  }
  return undefined;
}

function lineAt(text: string, offset: number): number {
  return text.slice(0, offset).split('\n').length;
}

function nameOf(character: string): string {
  return `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`;
}
