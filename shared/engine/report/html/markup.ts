/**
 * HTML that cannot be injected into: values are escaped because of what they are, not because somebody remembered. Only the
 * fixed parts of a template are markup; what a host said never is.
 */
export interface Markup {
  readonly markup: string;
}

type Value = string | number | Markup | readonly Markup[] | undefined;

export function html(parts: TemplateStringsArray, ...values: readonly Value[]): Markup {
  let markup = parts[0] ?? '';
  for (const [index, value] of values.entries()) markup += spelled(value) + (parts[index + 1] ?? '');
  return { markup };
}

function spelled(value: Value): string {
  if (value === undefined) return '';
  if (typeof value === 'string') return escapeText(value);
  if (typeof value === 'number') return String(value);
  return 'markup' in value ? value.markup : value.map((one) => one.markup).join('');
}

/** Fixed text of our own, such as a style sheet. Never call it with anything that came from outside. */
export function trusted(markup: string): Markup {
  return { markup };
}

/** A name or path that may be broken behind its separators, and so not in the middle of a word. */
export function breakable(text: string): Markup {
  const pieces = text.split(/(?<=[./_:=,])(?=[^./_:=,\s])/);
  return { markup: pieces.map(escapeText).join('<wbr>') };
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Control characters, what turns the reading direction, what is invisible, and halves of pairs: they can make one text look like another. */
const deceptive =
  /[\u0000-\u0008\u000B-\u001F\u007F-\u009F\u00AD\u061C\u200B-\u200F\u2028-\u202E\u2060-\u206F\uFEFF\uFFF9-\uFFFB]|[\uD800-\uDBFF](?![\uDC00-\uDFFF])|(?<![\uD800-\uDBFF])[\uDC00-\uDFFF]/g;

export function escapeText(text: string): string {
  return text
    .replaceAll('\r\n', '\n')
    .replaceAll(deceptive, (character) => `\\u{${character.charCodeAt(0).toString(16)}}`)
    .replaceAll(/[&<>"']/g, (character) => entities[character] ?? '');
}
